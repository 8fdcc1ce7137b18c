// signal-hub publish, send, as the hub's operator: through the administration API.
#include <istream>
#include <string>

#include "cli/admin_tool.hpp"
#include "cli/commands.hpp"
#include "cli/texts.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::cli {
namespace {

using Json = AdminClient::Json;

/// What both commands take.
struct Content {
  std::string type;
  std::string data;
  std::string from;
  bool reliable = false;

  void add_to(CLI::App& app) {
    app.add_option("--from", from, "Address to speak as; without it the hub's own");
    app.add_flag("--reliable", reliable, reliable_help);
    app.add_option("type", type, "The message's type")->required();
    app.add_option("json", data, "The message's data; - reads standard input")->required();
  }
};

/// The request's body; the data stays byte for byte. `goal`: `topic` or `to`.
std::string body_of(const Content& content, std::string_view goal, std::string_view where,
                    std::string_view data) {
  std::string text;
  wire::JsonWriter out(text);
  out.begin_object().field(goal, where).field("type", content.type).raw_field("data", data);
  if (!content.from.empty()) out.field("from", canonical_address(content.from));
  if (content.reliable) out.raw_field("metadata", reliable_metadata);
  out.end_object();
  return text;
}

}  // namespace

int admin_publish_command(std::span<const std::string> arguments, std::istream& in,
                          std::ostream& out, std::ostream& err) {
  AdminTool tool("Publish one message to a topic as the hub's operator.", "publish", out, err);
  std::string topic;
  Content content;
  tool.app().add_option("topic", topic, "Topic")->required();
  content.add_to(tool.app());
  if (const auto code = tool.parse(arguments)) return *code;
  const auto data = json_argument(content.data, in);
  if (!data) return tool.misused(data.error());
  const auto answer = tool.client().post("/publish", body_of(content, "topic", topic, *data));
  if (!answer) return tool.complain(answer.error());
  std::string sentence = "published to " + count_text(*answer, "subscriberCount", "subscriber");
  const auto queued = answer->value("queuedCount", std::uint64_t{0});
  if (queued != 0) sentence += ", queued for " + std::to_string(queued) + " of them";
  return tool.report(answer, sentence + ": " + text_cell(*answer, "messageId"));
}

int admin_send_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                       std::ostream& err) {
  AdminTool tool("Send one message to an actor as the hub's operator.", "send", out, err);
  std::string address;
  Content content;
  tool.app()
      .add_option("address", address, "The actor's address, with or without @( )")
      ->required();
  content.add_to(tool.app());
  if (const auto code = tool.parse(arguments)) return *code;
  const auto data = json_argument(content.data, in);
  if (!data) return tool.misused(data.error());
  const std::string body = body_of(content, "to", canonical_address(address), *data);
  const auto answer = tool.client().post("/send", body);
  if (!answer) return tool.complain(answer.error());
  return tool.report(answer, text_cell(*answer, "status") + ": " + text_cell(*answer, "messageId"));
}

}  // namespace signal_hub::cli
