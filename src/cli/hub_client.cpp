#include "cli/hub_client.hpp"

#include <unistd.h>

#include <fstream>
#include <random>

#include "base/ids.hpp"
#include "base/version.hpp"
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

std::string default_from() {
  const char* user = std::getenv("USER");
  const std::string name = user != nullptr && *user != '\0' ? user : "user";
  return wire::address_of("cli/" + name + "-" + new_id().substr(0, 8));
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

/// Nullopt: no error message of the hub.
std::optional<std::string> error_of(const nlohmann::json& message) {
  const auto& payload = message["payload"];
  if (!payload.is_object() || !payload.contains("retryable")) return std::nullopt;
  std::string text = message.value("type", "") + ": " + payload.value("message", "");
  const std::string resolution = payload.value("resolution", "");
  return resolution.empty() ? text : text + " " + resolution;
}

}  // namespace

HubClient::HubClient(std::unique_ptr<WsClient> socket, std::string from, Millis timeout)
    : socket_(std::move(socket)), from_(std::move(from)), timeout_(timeout) {}

Result<std::unique_ptr<HubClient>> HubClient::open(const ClientOptions& options) {
  Json metadata{{"protocolVersion", server_version}, {"capabilities", {"cli"}}};
  if (!options.token_file.empty()) {
    const auto token = read_token(options.token_file);
    if (!token) return fail("cannot read a token from " + options.token_file);
    metadata["authToken"] = "bearer " + *token;
  }
  const std::string from = options.from.empty() ? default_from() : options.from;
  const Millis timeout{static_cast<std::int64_t>(options.timeout_s * 1000)};
  auto socket = WsClient::connect(options.url, timeout);
  if (!socket) return fail(socket.error());
  std::unique_ptr<HubClient> client(new HubClient(std::move(*socket), from, timeout));
  auto connected = client->ask("hub:connect", client->hub_, "null", metadata);
  if (!connected) return fail(connected.error());
  // From here on the hub knows us by the token's actor, and we know the hub's own address.
  const auto& answer = *connected;
  client->hub_ = answer.value("from", client->hub_);
  client->from_ = answer["metadata"].value("actorIdentity", from);
  return client;
}

std::string HubClient::encode(std::string_view id, std::string_view type, std::string_view to,
                              std::string_view payload, std::string_view pattern,
                              const Json& metadata) {
  std::string text;
  wire::JsonWriter out(text);
  out.begin_object().field("id", id).field("from", from_).field("to", to).field("type", type);
  out.raw_field("payload", payload).field("pattern", pattern).key("correlationId").null();
  out.field("timestamp", wall_ms()).raw_field("metadata", metadata.dump()).key("ttl").null();
  out.key("signature").null().end_object();
  return text;
}

Result<HubClient::Json> HubClient::ask(std::string_view type, std::string_view to,
                                       std::string_view payload, const Json& metadata) {
  const std::string id = new_id();
  if (!socket_->send(encode(id, type, to, payload, "ask", metadata))) {
    return fail("the connection ended: " + socket_->close_reason());
  }
  while (auto text = socket_->receive(timeout_)) {
    Json message = Json::parse(*text, nullptr, false);
    if (message.is_object() && message.contains("correlationId") &&
        message["correlationId"] == id) {
      if (auto error = error_of(message)) return fail(std::move(*error));
      return message;
    }
    kept_.push_back(std::move(*text));
  }
  if (socket_->ended()) return fail("the connection ended: " + socket_->close_reason());
  return fail(std::string(type) + " was not answered in time");
}

bool HubClient::tell(std::string_view type, std::string_view to, std::string_view payload) {
  return socket_->send(encode(new_id(), type, to, payload, "tell", Json::object()));
}

std::optional<std::string> HubClient::next(Millis timeout) {
  if (kept_.empty()) return socket_->receive(timeout);
  std::string text = std::move(kept_.front());
  kept_.erase(kept_.begin());
  return text;
}

void HubClient::leave() {
  if (!tell("hub:disconnect", hub_, "null")) return;
  while (!socket_->ended() && socket_->receive(timeout_)) {
  }
}

}  // namespace signal_hub::cli
