// signal-hub sessions, actors, topics, queues: what the operator sees of a hub.
#include "cli/admin_tool.hpp"
#include "cli/commands.hpp"

namespace signal_hub::cli {
namespace {

using Json = AdminClient::Json;
using Row = std::vector<std::string>;

std::string marks(const Json& session) {
  std::string text = text_cell(session, "state");
  for (const char* mark : {"slow", "stale", "readingPaused"}) {
    if (session.value(mark, false)) text += std::string(" ") + mark;
  }
  return text;
}

std::string round_trip(const Json& session) {
  const auto found = session.find("rtt");
  if (found == session.end() || !found->is_number()) return "-";
  const auto us = static_cast<std::int64_t>(found->get<double>() * 1000);
  return std::to_string(us / 1000) + "." + std::to_string(us % 1000 / 100) + " ms";
}

Row session_row(const Json& s) {
  return {text_cell(s, "id"),
          text_cell(s, "address"),
          text_cell(s, "ip"),
          span_cell(s, "connectedFor"),
          span_cell(s, "idle"),
          number_cell(s, "messagesIn"),
          number_cell(s, "messagesOut"),
          number_cell(s, "queueDepth"),
          round_trip(s),
          marks(s)};
}

Row actor_row(const Json& a) {
  return {text_cell(a, "address"),   text_cell(a, "status"),    number_cell(a, "subscriptions"),
          number_cell(a, "waiting"), time_cell(a, "expiresAt"), text_cell(a, "sessionId")};
}

Row topic_row(const Json& t) { return {number_cell(t, "subscribers"), text_cell(t, "name")}; }

Row queue_row(const Json& q) {
  return {text_cell(q, "actor"),    text_cell(q, "status"), number_cell(q, "waiting"),
          number_cell(q, "stored"), bytes_cell(q, "bytes"), time_cell(q, "oldestAt")};
}

}  // namespace

int sessions_command(std::span<const std::string> arguments, std::istream&, std::ostream& out,
                     std::ostream& err) {
  AdminTool tool("List the connections of a hub.", "sessions", out, err);
  std::string search;
  std::string state;
  bool slow = false;
  bool stale = false;
  tool.app().add_option("search", search,
                        "Part of the address, session id or IP; with * a glob over the address");
  tool.app()
      .add_option("--state", state, "connecting, connected or disconnecting")
      ->check(CLI::IsMember({"connecting", "connected", "disconnecting"}));
  tool.app().add_flag("--slow", slow, "Only those that do not read fast enough");
  tool.app().add_flag("--stale", stale, "Only those without a message for --stale-after");
  if (const auto code = tool.parse(arguments)) return *code;
  const AdminClient::Query query{{"search", search},
                                 {"state", state},
                                 {"slow", slow ? "true" : ""},
                                 {"stale", stale ? "true" : ""}};
  return tool.list(
      "/sessions", query,
      {"SESSION", "ADDRESS", "IP", "CONNECTED", "IDLE", "IN", "OUT", "QUEUE", "RTT", "STATE"},
      session_row);
}

int admin_actors_command(std::span<const std::string> arguments, std::ostream& out,
                         std::ostream& err) {
  AdminTool tool("List the actors of a hub as its operator.", "actors", out, err);
  std::string search;
  std::string status;
  tool.app().add_option("search", search, "Part of the address; with * a glob over its path");
  tool.app()
      .add_option("--status", status, "online, away or dormant")
      ->check(CLI::IsMember({"online", "away", "dormant"}));
  if (const auto code = tool.parse(arguments)) return *code;
  return tool.list("/actors", {{"search", search}, {"status", status}},
                   {"ADDRESS", "STATUS", "TOPICS", "WAITING", "EXPIRES", "SESSION"}, actor_row);
}

int topics_command(std::span<const std::string> arguments, std::istream&, std::ostream& out,
                   std::ostream& err) {
  AdminTool tool("List the topics and patterns that have subscribers.", "topics", out, err);
  std::string search;
  tool.app().add_option("search", search, "Part of the name; with * a glob");
  if (const auto code = tool.parse(arguments)) return *code;
  return tool.list("/topics", {{"search", search}}, {"SUBSCRIBERS", "TOPIC"}, topic_row);
}

int queues_command(std::span<const std::string> arguments, std::istream&, std::ostream& out,
                   std::ostream& err) {
  AdminTool tool("List the mailboxes that hold something.", "queues", out, err);
  std::string search;
  tool.app().add_option("search", search, "Part of the address; with * a glob over its path");
  if (const auto code = tool.parse(arguments)) return *code;
  return tool.list("/queues", {{"search", search}},
                   {"ACTOR", "STATUS", "WAITING", "STORED", "BYTES", "OLDEST"}, queue_row);
}

}  // namespace signal_hub::cli
