#include "cli/hub_client.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <random>

#include "base/ids.hpp"
#include "base/version.hpp"
#include "cli/texts.hpp"
#include "wire/address.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::cli {
namespace {

Rng make_rng() {
  std::random_device device;
  return Rng((std::uint64_t{device()} << 32U) | device());
}

std::string new_id() {
  Rng rng = make_rng();
  return Uuid::make(rng).str();
}

/// The user's name, as far as an address can carry it.
std::string user_name() {
  constexpr std::size_t longest = 64;
  const char* user = std::getenv("USER");
  std::string name = user != nullptr && *user != '\0' ? user : "user";
  name.resize(std::min(name.size(), longest));
  for (char& c : name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (!plain && c != '.' && c != '_') c = '-';
  }
  return name;
}

std::string default_from() {
  return wire::address_of("cli/" + user_name() + "-" + new_id().substr(0, 8));
}

std::optional<std::string> read_token(const std::string& path) {
  std::ifstream file(path);
  std::string token;
  if (!file || !(file >> token)) return std::nullopt;
  return token;
}

std::int64_t wall_ms() {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<Millis>(system_clock::now().time_since_epoch()).count();
}

std::string connect_metadata(const std::optional<std::string>& token) {
  std::string text;
  wire::JsonWriter out(text);
  out.begin_object()
      .field("protocolVersion", server_version)
      .raw_field("capabilities", "[\"cli\"]");
  if (token) out.field("authToken", "bearer " + *token);
  out.end_object();
  return text;
}

}  // namespace

HubClient::HubClient(std::unique_ptr<WsClient> socket, std::string from, Millis timeout)
    : socket_(std::move(socket)), from_(std::move(from)), timeout_(timeout) {}

Result<std::unique_ptr<HubClient>> HubClient::open(const ClientOptions& options) {
  std::optional<std::string> token;
  if (!options.token_file.empty()) {
    token = read_token(options.token_file);
    if (!token) return fail("cannot read a token from " + options.token_file);
  }
  const std::string from = options.from.empty() ? default_from() : canonical_address(options.from);
  auto socket = WsClient::connect(options.url, deadline_in(options.timeout));
  if (!socket) return fail(socket.error());
  std::unique_ptr<HubClient> client(new HubClient(std::move(*socket), from, options.timeout));
  const auto connected = client->ask("hub:connect", client->hub_, "null", connect_metadata(token));
  if (!connected) return fail(connected.error());
  // From here on the hub knows us by the token's actor, and we know the hub's own address.
  if (auto hub = connected->field("from"); !hub.empty()) client->hub_ = std::move(hub);
  client->from_ = string_in(connected->metadata(), "actorIdentity", from);
  return client;
}

std::string HubClient::encode(std::string_view id, std::string_view type, std::string_view to,
                              std::string_view payload, std::string_view pattern,
                              std::string_view metadata) const {
  std::string text;
  wire::JsonWriter out(text);
  out.begin_object().field("id", id).field("from", from_).field("to", to).field("type", type);
  out.raw_field("payload", payload).field("pattern", pattern).key("correlationId").null();
  out.field("timestamp", wall_ms()).raw_field("metadata", metadata).key("ttl").null();
  out.key("signature").null().end_object();
  return text;
}

std::string HubClient::why_no_answer(std::string_view type) const {
  if (socket_->ended()) {
    const std::string why = socket_->close_reason();
    return "the connection ended" + (why.empty() ? "" : ": " + why);
  }
  return std::string(type) +
         (socket_->interrupted() ? " was interrupted" : " was not answered in time");
}

Result<Message> HubClient::ask(std::string_view type, std::string_view to, std::string_view payload,
                               std::string_view metadata) {
  const std::string id = new_id();
  const Deadline until = deadline_in(timeout_);
  if (!socket_->send(encode(id, type, to, payload, "ask", metadata), until)) {
    return fail(why_no_answer(type));
  }
  while (auto text = socket_->receive(until)) {
    Message message(std::move(*text));
    if (message.field("correlationId") == id) {
      if (auto error = message.error()) return fail(std::move(*error));
      return message;
    }
    kept_.push_back(std::move(message));
  }
  return fail(why_no_answer(type));
}

bool HubClient::tell(std::string_view type, std::string_view to, std::string_view payload) {
  told_ = new_id();
  return socket_->send(encode(told_, type, to, payload, "tell", "{}"), deadline_in(timeout_));
}

std::optional<Message> HubClient::next() {
  if (!kept_.empty()) {
    Message message = std::move(kept_.front());
    kept_.pop_front();
    return message;
  }
  auto text = socket_->receive(no_deadline);
  if (!text) return std::nullopt;
  return Message(std::move(*text));
}

std::optional<std::string> HubClient::leave() {
  const std::string told = told_;
  const Deadline until = deadline_in(timeout_);
  std::optional<std::string> refusal;
  socket_->outlast_interrupts();
  if (!tell("hub:disconnect", hub_, "null")) return refusal;
  while (const auto text = socket_->receive(until)) {
    const Message message(*text);
    if (!told.empty() && message.field("correlationId") == told) refusal = message.error();
  }
  return refusal;
}

}  // namespace signal_hub::cli
