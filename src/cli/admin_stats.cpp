// signal-hub stats: a hub's live figures.
#include <unistd.h>

#include <chrono>
#include <thread>

#include "cli/admin_tool.hpp"
#include "cli/commands.hpp"

namespace signal_hub::cli {
namespace {

using Json = AdminClient::Json;

constexpr const char* clear_screen = "\x1b[H\x1b[2J";

/// A figure by its path, such as /messages/received.
std::string figure(const Json& stats, const char* path) {
  const Json::json_pointer at{std::string(path)};
  if (!stats.contains(at)) return "-";
  const Json& value = stats.at(at);
  return value.is_string() ? printable(value.get<std::string>()) : value.dump();
}

std::uint64_t number(const Json& stats, const char* path) {
  const Json::json_pointer at{std::string(path)};
  if (!stats.contains(at) || !stats.at(at).is_number()) return 0;
  return stats.at(at).get<std::uint64_t>();
}

/// With two digits behind the point.
std::string seconds(const Json& stats, const char* path) {
  const Json::json_pointer at{std::string(path)};
  if (!stats.contains(at) || !stats.at(at).is_number()) return "-";
  const auto hundredths = static_cast<std::uint64_t>(stats.at(at).get<double>() * 100);
  const std::string rest = std::to_string(hundredths % 100);
  return std::to_string(hundredths / 100) + (rest.size() == 1 ? ".0" : ".") + rest + " s";
}

std::uint64_t sum(const Json& counts) {
  std::uint64_t all = 0;
  for (const Json& count : counts) {
    if (count.is_number_unsigned()) all += count.get<std::uint64_t>();
  }
  return all;
}

void print(const Json& s, std::ostream& out) {
  const auto f = [&s](const char* path) { return figure(s, path); };
  const auto bytes = [&s](const char* path) { return bytes_text(number(s, path)); };
  const Json messages = s.value("messages", Json::object());
  out << f("/hubAddress") << " " << f("/version") << ", " << f("/state") << " for "
      << span_text(static_cast<std::int64_t>(number(s, "/uptime"))) << "\n"
      << "connections  " << f("/connections/open") << " open, " << f("/connections/opened")
      << " opened, " << f("/connections/closed") << " closed, "
      << sum(s.value("/connections/refused"_json_pointer, Json::object())) << " refused\n"
      << "actors       " << f("/actors/registered") << " registered, " << f("/actors/away")
      << " away, " << f("/actors/dormant") << " dormant\n"
      << "topics       " << f("/topics/names") << " with " << f("/topics/subscriptions")
      << " subscriptions\n"
      << "messages     " << f("/messages/perSecond") << "/s, " << f("/messages/received")
      << " received, " << f("/messages/delivered") << " delivered, "
      << sum(messages.value("dropped", Json::object())) << " dropped, "
      << sum(messages.value("errors", Json::object())) << " refused\n"
      << "queues       " << bytes("/queues/outboundBytes") << " outbound, " << f("/queues/waiting")
      << " messages in mailboxes, " << f("/queues/backedUp") << " connections backed up, "
      << f("/queues/slowConsumers") << " slow consumers cut\n"
      << "stored       " << f("/messages/stored") << ", " << f("/messages/deadLettered")
      << " dead letters\n"
      << "store        " << f("/store/backlog") << " changes behind by " << f("/store/lag")
      << " ms, " << f("/store/commits") << " commits of " << f("/store/commitMeanUs") << " us"
      << (s.value("/store/failing"_json_pointer, false) ? ", FAILING: " + f("/store/error") : "")
      << "\n"
      << "process      " << bytes("/process/residentBytes") << " resident, "
      << seconds(s, "/process/cpuSeconds") << " of CPU, " << f("/process/openFds")
      << " descriptors\n";
}

}  // namespace

int stats_command(std::span<const std::string> arguments, std::istream&, std::ostream& out,
                  std::ostream& err) {
  AdminTool tool("Print a hub's live figures.", "stats", out, err);
  bool watch = false;
  double interval = 1;
  std::uint64_t count = 0;
  tool.app().add_flag("--watch", watch, "Go on until interrupted");
  tool.app()
      .add_option("--interval", interval, "Seconds between two looks with --watch")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 3600.0));
  tool.app().add_option("--count", count, "Stop --watch after this many looks; 0: never");
  if (const auto code = tool.parse(arguments)) return *code;
  const bool screen = watch && !tool.json() && isatty(STDOUT_FILENO) != 0;
  for (std::uint64_t looks = 1;; ++looks) {
    const auto stats = tool.client().get("/stats");
    if (!stats) return tool.complain(stats.error());
    if (screen) out << clear_screen;
    if (tool.json()) {
      out << stats->dump() << "\n";
    } else {
      print(*stats, out);
    }
    out.flush();
    if (!watch || looks == count || !out) return exit_ok;
    std::this_thread::sleep_for(std::chrono::duration<double>(interval));
  }
}

}  // namespace signal_hub::cli
