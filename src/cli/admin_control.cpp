// signal-hub kick, drain, reload, log-level: what the operator does to a hub.
#include <chrono>
#include <thread>

#include "cli/admin_tool.hpp"
#include "cli/commands.hpp"
#include "wire/address.hpp"

namespace signal_hub::cli {
namespace {

using Json = AdminClient::Json;

/// Asks until nobody answers any more.
void await_end(const AdminClient& client) {
  constexpr std::chrono::milliseconds between{100};
  while (client.get("/stats")) std::this_thread::sleep_for(between);
}

}  // namespace

int kick_command(std::span<const std::string> arguments, std::istream&, std::ostream& out,
                 std::ostream& err) {
  AdminTool tool("End a connection, or an actor's registration and its connection.", "kick", out,
                 err);
  std::string whom;
  tool.app()
      .add_option("whom", whom, "Session id, or address such as @(browser/tab-1)")
      ->required();
  if (const auto code = tool.parse(arguments)) return *code;
  const bool actor = wire::is_canonical(whom);
  const auto answer =
      tool.client().call("DELETE", (actor ? "/actors/" : "/sessions/") + percent_encode(whom));
  if (!answer) return tool.complain(answer.error());
  return tool.report(answer, "ended " + count_text(*answer, "sessions", "session") + " and " +
                                 count_text(*answer, "actors", "registration"));
}

int drain_command(std::span<const std::string> arguments, std::istream&, std::ostream& out,
                  std::ostream& err) {
  AdminTool tool("Stop a hub: clients are told, everything is saved.", "drain", out, err);
  bool wait = false;
  tool.app().add_flag("--wait", wait, "Return when the hub has ended");
  if (const auto code = tool.parse(arguments)) return *code;
  const auto answer = tool.client().call("POST", "/drain");
  if (!answer) return tool.complain(answer.error());
  if (wait) await_end(tool.client());
  return tool.report(answer, "draining " + count_text(*answer, "connections", "connection"));
}

int reload_command(std::span<const std::string> arguments, std::istream&, std::ostream& out,
                   std::ostream& err) {
  AdminTool tool("Have a hub read its configuration again.", "reload", out, err);
  if (const auto code = tool.parse(arguments)) return *code;
  const auto answer = tool.client().call("POST", "/reload");
  if (!answer) return tool.complain(answer.error());
  std::string names;
  for (const Json& name : answer->value("needsRestart", Json::array())) {
    names += (names.empty() ? "" : ", ") + name.get<std::string>();
  }
  return tool.report(answer, names.empty() ? "reloaded" : "reloaded; needs a restart: " + names);
}

int log_level_command(std::span<const std::string> arguments, std::istream&, std::ostream& out,
                      std::ostream& err) {
  AdminTool tool("Print a hub's log level, or change it until the next reload.", "log-level", out,
                 err);
  std::string level;
  tool.app()
      .add_option("level", level, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  if (const auto code = tool.parse(arguments)) return *code;
  const auto answer = level.empty()
                          ? tool.client().get("/log-level")
                          : tool.client().call("PUT", "/log-level", Json{{"level", level}});
  if (!answer) return tool.complain(answer.error());
  return tool.report(answer, answer->value("level", ""));
}

}  // namespace signal_hub::cli
