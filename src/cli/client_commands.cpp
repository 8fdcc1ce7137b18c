// signal-hub subscribe, publish, send, actors: clients for people at a terminal.
#include <algorithm>
#include <istream>
#include <ostream>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/hub_client.hpp"
#include "cli/texts.hpp"
#include "wire/json_check.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::cli {
namespace {

/// An option whose text `parse` must understand; the value is left as it is without the option.
template <class Value, class Parse>
void add_parsed(CLI::App& app, const std::string& name, Value& value, Parse parse,
                const std::string& initial, const std::string& allowed, const std::string& help) {
  const auto take = [&value, parse, name, allowed](const std::string& text) {
    const auto parsed = parse(text);
    if (!parsed) throw CLI::ValidationError(name, "must be " + allowed);
    value = *parsed;
  };
  app.add_option_function<std::string>(name, take, help)->default_str(initial);
}

void client_options(CLI::App& app, ClientOptions& options) {
  app.add_option("--url", options.url, "The hub")->capture_default_str()->envname("SIGNAL_HUB_URL");
  app.add_option("--token-file", options.token_file, "File with the token to connect with");
  app.add_option("--from", options.from, "Address to speak as, without a token");
  add_parsed(app, "--timeout", options.timeout, parse_seconds, "10",
             "a number of seconds from 0 to 86400", "Seconds to wait for an answer; 0: for ever");
}

/// Through the administration API, which has its own options.
bool is_operators(std::span<const std::string> arguments) {
  return std::any_of(arguments.begin(), arguments.end(),
                     [](const std::string& text) { return text.starts_with("--admin-"); });
}

constexpr const char* operators_footer =
    "As the hub's operator: with --admin-socket PATH, or --admin-token-file FILE and --url; then "
    "also --json.";

/// Nullopt: go on. Otherwise the exit code.
std::optional<int> parse(CLI::App& app, std::span<const std::string> arguments, std::ostream& out,
                         std::ostream& err) {
  // The hub ends a session that sends anything else.
  const bool utf8 = std::all_of(arguments.begin(), arguments.end(), [](const std::string& text) {
    return wire::check_grammar(text) != wire::JsonVerdict::bad_utf8;
  });
  if (utf8) return parse_arguments(app, arguments, out, err);
  err << "signal-hub " << app.get_name() << ": the arguments must be UTF-8.\n";
  return exit_usage;
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

std::string content(std::string_view type, std::string_view data, std::string_view extra = "") {
  return "{" + std::string(extra) + "\"type\":" + json_text(type) +
         ",\"data\":" + std::string(data) + "}";
}

/// Prints messages until there are enough, the hub leaves, or the user does.
int print_messages(HubClient& client, std::uint64_t count, std::ostream& out, std::ostream& err,
                   const CLI::App& app) {
  std::uint64_t printed = 0;
  while (count == 0 || printed < count) {
    const auto message = client.next();
    if (!message) break;
    if (message->field("type") == "hub:disconnect") {
      const std::string reason = string_in(message->payload(), "reason", "unknown");
      return complain(err, app, "the hub ended the session: " + reason + ".", exit_failed);
    }
    out << one_line(message->text()) << std::endl;
    if (!out) return complain(err, app, "cannot write to standard output.", exit_failed);
    ++printed;
  }
  if (client.socket().ended()) {
    const std::string why = client.socket().close_reason();
    return complain(err, app, "the connection was lost" + (why.empty() ? "." : "; " + why + "."),
                    exit_failed);
  }
  client.leave();
  return exit_ok;
}

/// Asks once and prints the answer.
int ask_once(HubClient& client, std::string_view type, std::string_view to,
             const std::string& payload, bool reliable, const CLI::App& app, std::ostream& out,
             std::ostream& err) {
  const auto answer = client.ask(type, to, payload, reliable ? reliable_metadata : "{}");
  if (!answer) return complain(err, app, answer.error(), exit_failed);
  out << one_line(answer->text()) << "\n";
  client.leave();
  return exit_ok;
}

void print_each(wire::JsonView array, std::ostream& out) {
  if (array.kind() != wire::JsonView::Kind::array) return;
  for (wire::ArrayCursor element(array); element.next();) {
    out << one_line(element.value().raw()) << "\n";
  }
}

/// False after a complaint, or when the user wants no more.
bool subscribe_to(HubClient& client, const std::vector<std::string>& topics, const CLI::App& app,
                  std::ostream& err) {
  for (const std::string& topic : topics) {
    const auto answer =
        client.ask("hub:subscribe", client.hub_address(), "{\"topic\":" + json_text(topic) + "}");
    if (!answer) {
      if (!client.socket().interrupted()) complain(err, app, answer.error(), exit_failed);
      return false;
    }
    err << "subscribed to " << topic << std::endl;
  }
  return true;
}

}  // namespace

int subscribe_command(std::span<const std::string> arguments, std::istream&, std::ostream& out,
                      std::ostream& err) {
  CLI::App app("Print the messages published to topics, one JSON line each.", "subscribe");
  ClientOptions options;
  std::vector<std::string> topics;
  std::uint64_t count = 0;
  client_options(app, options);
  add_parsed(app, "--count", count, parse_count, "0", "a whole number, 0 or more",
             "Stop after this many messages; 0: never");
  app.add_option("topic", topics, "Topic names or globs")->required();
  if (const auto code = parse(app, arguments, out, err)) return *code;
  auto client = HubClient::open(options);
  if (!client) return complain(err, app, client.error(), exit_failed);
  (*client)->socket().handle_interrupts();
  if (!subscribe_to(**client, topics, app, err)) {
    const bool wanted = (*client)->socket().interrupted();
    (*client)->leave();
    return wanted ? exit_ok : exit_failed;
  }
  return print_messages(**client, count, out, err, app);
}

int publish_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                    std::ostream& err) {
  if (is_operators(arguments)) return admin_publish_command(arguments, in, out, err);
  CLI::App app("Publish one message to a topic and print the hub's answer.", "publish");
  ClientOptions options;
  std::string topic;
  std::string type;
  std::string data;
  bool reliable = false;
  client_options(app, options);
  app.add_flag("--reliable", reliable, reliable_help);
  app.add_option("topic", topic, "Topic")->required();
  app.add_option("type", type, "The message's type")->required();
  app.add_option("json", data, "The message's data; - reads standard input")->required();
  app.footer(operators_footer);
  if (const auto code = parse(app, arguments, out, err)) return *code;
  const auto json = json_argument(data, in);
  if (!json) return complain(err, app, json.error(), exit_usage);
  auto client = HubClient::open(options);
  if (!client) return complain(err, app, client.error(), exit_failed);
  const std::string payload = content(type, *json, "\"topic\":" + json_text(topic) + ",");
  return ask_once(**client, "hub:publish", (*client)->hub_address(), payload, reliable, app, out,
                  err);
}

int send_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                 std::ostream& err) {
  if (is_operators(arguments)) return admin_send_command(arguments, in, out, err);
  CLI::App app("Send one message to an actor.", "send");
  ClientOptions options;
  std::string address;
  std::string type;
  std::string data;
  bool ask = false;
  bool reliable = false;
  client_options(app, options);
  app.add_flag("--ask", ask, "Wait for the receipt and print it");
  app.add_flag("--reliable", reliable, std::string(reliable_help) + "; prints the receipt");
  app.add_option("address", address, "The actor's address, with or without @( )")->required();
  app.add_option("type", type, "The message's type")->required();
  app.add_option("json", data, "The message's data; - reads standard input")->required();
  app.footer(operators_footer);
  if (const auto code = parse(app, arguments, out, err)) return *code;
  const auto json = json_argument(data, in);
  if (!json) return complain(err, app, json.error(), exit_usage);
  auto client = HubClient::open(options);
  if (!client) return complain(err, app, client.error(), exit_failed);
  const std::string to = canonical_address(address);
  if (ask || reliable) {
    return ask_once(**client, "hub:send", to, content(type, *json), reliable, app, out, err);
  }
  if (!(*client)->tell("hub:send", to, content(type, *json))) {
    return complain(err, app, "the connection was lost before the message left.", exit_failed);
  }
  // Success is silent; an error of the hub comes before it lets us go.
  if (const auto refusal = (*client)->leave()) return complain(err, app, *refusal, exit_failed);
  return exit_ok;
}

int actors_command(std::span<const std::string> arguments, std::istream&, std::ostream& out,
                   std::ostream& err) {
  if (is_operators(arguments)) return admin_actors_command(arguments, out, err);
  CLI::App app("List registered actors, one JSON line each.", "actors");
  ClientOptions options;
  std::string pattern = "*";
  client_options(app, options);
  app.add_option("pattern", pattern, "Glob over addresses")->capture_default_str();
  app.footer("With --admin-socket or --admin-token-file it lists them as the operator sees them.");
  if (const auto code = parse(app, arguments, out, err)) return *code;
  auto client = HubClient::open(options);
  if (!client) return complain(err, app, client.error(), exit_failed);
  std::string cursor;
  for (;;) {
    std::string payload = "{\"pattern\":" + json_text(pattern);
    if (!cursor.empty()) payload += ",\"cursor\":" + json_text(cursor);
    const auto page = (*client)->ask("hub:discover", (*client)->hub_address(), payload + "}");
    if (!page) return complain(err, app, page.error(), exit_failed);
    const wire::JsonView found = page->payload();
    print_each(found.member("actors").value_or(wire::JsonView()), out);
    if (!found.member("hasMore").value_or(wire::JsonView()).boolean().value_or(false)) break;
    cursor = string_in(found, "cursor");
  }
  (*client)->leave();
  return exit_ok;
}

}  // namespace signal_hub::cli
