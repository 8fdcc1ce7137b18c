// signal-hub subscribe, publish, send, actors: clients for people at a terminal.
#include <istream>
#include <iterator>
#include <ostream>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/hub_client.hpp"
#include "wire/address.hpp"
#include "wire/json_check.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::cli {
namespace {

using Json = nlohmann::json;

void client_options(CLI::App& app, ClientOptions& options) {
  app.add_option("--url", options.url, "The hub")->capture_default_str()->envname("SIGNAL_HUB_URL");
  app.add_option("--token-file", options.token_file, "File with the token to connect with");
  app.add_option("--from", options.from, "Address to speak as, without a token");
  app.add_option("--timeout", options.timeout_s, "Seconds to wait for an answer")
      ->capture_default_str();
}

std::string json_text(std::string_view text) {
  std::string out;
  wire::append_quoted(out, text);
  return out;
}

int complain(std::ostream& err, const CLI::App& app, const std::string& sentence, int code) {
  err << "signal-hub " << app.get_name() << ": " << sentence << "\n";
  return code;
}

/// The JSON argument, or standard input for `-`; nullopt if it is not valid.
std::optional<std::string> json_argument(const std::string& argument, std::istream& in) {
  std::string text = argument;
  if (argument == "-") text.assign(std::istreambuf_iterator<char>(in), {});
  if (wire::check_grammar(text) != wire::JsonVerdict::valid) return std::nullopt;
  return text;
}

std::string canonical(const std::string& address) {
  return wire::is_canonical(address) ? address : wire::address_of(address);
}

std::string content(std::string_view type, std::string_view data, std::string_view extra = "") {
  return "{" + std::string(extra) + "\"type\":" + json_text(type) +
         ",\"data\":" + std::string(data) + "}";
}

/// Prints messages until there are enough, the hub leaves, or the user does.
int print_messages(HubClient& client, std::uint64_t count, std::ostream& out, std::ostream& err,
                   const CLI::App& app) {
  std::uint64_t printed = 0;
  while (count == 0 || printed < count) {
    const auto message = client.next(0ms);
    if (!message) break;
    const Json parsed = Json::parse(*message, nullptr, false);
    const std::string type = parsed.is_object() ? parsed.value("type", "") : "";
    if (type == "hub:disconnect") {
      return complain(
          err, app,
          "the hub ended the session: " + parsed["payload"].value("reason", "unknown") + ".",
          exit_failed);
    }
    out << *message << std::endl;
    ++printed;
  }
  if (client.socket().ended() && !client.socket().interrupted()) {
    return complain(err, app, "the connection was lost; " + client.socket().close_reason() + ".",
                    exit_failed);
  }
  client.leave();
  return exit_ok;
}

/// Asks once and prints the answer.
int ask_once(HubClient& client, std::string_view type, std::string_view to,
             const std::string& payload, const CLI::App& app, std::ostream& out,
             std::ostream& err) {
  const auto answer = client.ask(type, to, payload);
  if (!answer) return complain(err, app, answer.error(), exit_failed);
  out << answer->dump() << "\n";
  client.leave();
  return exit_ok;
}

}  // namespace

int subscribe_command(std::span<const std::string> arguments, std::istream&, std::ostream& out,
                      std::ostream& err) {
  CLI::App app("Print the messages published to topics, one JSON line each.", "subscribe");
  ClientOptions options;
  std::vector<std::string> topics;
  std::uint64_t count = 0;
  client_options(app, options);
  app.add_option("--count", count, "Stop after this many messages; 0: never")
      ->capture_default_str();
  app.add_option("topic", topics, "Topic names or globs")->required();
  if (const auto code = parse_arguments(app, arguments, out, err)) return *code;
  auto client = HubClient::open(options);
  if (!client) return complain(err, app, client.error(), exit_failed);
  (*client)->socket().handle_interrupts();
  for (const std::string& topic : topics) {
    const auto answer = (*client)->ask("hub:subscribe", (*client)->hub_address(),
                                       "{\"topic\":" + json_text(topic) + "}");
    if (!answer) return complain(err, app, answer.error(), exit_failed);
    err << "subscribed to " << topic << std::endl;
  }
  return print_messages(**client, count, out, err, app);
}

int publish_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                    std::ostream& err) {
  CLI::App app("Publish one message to a topic and print the hub's answer.", "publish");
  ClientOptions options;
  std::string topic;
  std::string type;
  std::string data;
  client_options(app, options);
  app.add_option("topic", topic, "Topic")->required();
  app.add_option("type", type, "The message's type")->required();
  app.add_option("json", data, "The message's data; - reads standard input")->required();
  if (const auto code = parse_arguments(app, arguments, out, err)) return *code;
  const auto json = json_argument(data, in);
  if (!json) return complain(err, app, "\"" + data + "\" is not valid JSON.", exit_usage);
  auto client = HubClient::open(options);
  if (!client) return complain(err, app, client.error(), exit_failed);
  const std::string payload = content(type, *json, "\"topic\":" + json_text(topic) + ",");
  return ask_once(**client, "hub:publish", (*client)->hub_address(), payload, app, out, err);
}

int send_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                 std::ostream& err) {
  CLI::App app("Send one message to an actor.", "send");
  ClientOptions options;
  std::string address;
  std::string type;
  std::string data;
  bool ask = false;
  client_options(app, options);
  app.add_flag("--ask", ask, "Wait for the receipt and print it");
  app.add_option("address", address, "The actor's address, with or without @( )")->required();
  app.add_option("type", type, "The message's type")->required();
  app.add_option("json", data, "The message's data; - reads standard input")->required();
  if (const auto code = parse_arguments(app, arguments, out, err)) return *code;
  const auto json = json_argument(data, in);
  if (!json) return complain(err, app, "\"" + data + "\" is not valid JSON.", exit_usage);
  auto client = HubClient::open(options);
  if (!client) return complain(err, app, client.error(), exit_failed);
  const std::string to = canonical(address);
  if (ask) return ask_once(**client, "hub:send", to, content(type, *json), app, out, err);
  if (!(*client)->tell("hub:send", to, content(type, *json))) {
    return complain(err, app, "the connection was lost before the message left.", exit_failed);
  }
  (*client)->leave();
  return exit_ok;
}

int actors_command(std::span<const std::string> arguments, std::istream&, std::ostream& out,
                   std::ostream& err) {
  CLI::App app("List registered actors, one JSON line each.", "actors");
  ClientOptions options;
  std::string pattern = "*";
  client_options(app, options);
  app.add_option("pattern", pattern, "Glob over addresses")->capture_default_str();
  if (const auto code = parse_arguments(app, arguments, out, err)) return *code;
  auto client = HubClient::open(options);
  if (!client) return complain(err, app, client.error(), exit_failed);
  std::string cursor;
  for (;;) {
    std::string payload = "{\"pattern\":" + json_text(pattern);
    if (!cursor.empty()) payload += ",\"cursor\":" + json_text(cursor);
    const auto page = (*client)->ask("hub:discover", (*client)->hub_address(), payload + "}");
    if (!page) return complain(err, app, page.error(), exit_failed);
    const Json& found = (*page)["payload"];
    for (const Json& actor : found["actors"]) out << actor.dump() << "\n";
    if (!found.value("hasMore", false)) break;
    cursor = found.value("cursor", "");
  }
  (*client)->leave();
  return exit_ok;
}

}  // namespace signal_hub::cli
