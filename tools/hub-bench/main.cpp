#include <sys/resource.h>
#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <vector>

#include "driver.hpp"
#include "report.hpp"

namespace hub_bench {
namespace {

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr const char* too_many = "more connections than open files are allowed";

int usage(const std::string& fault) {
  std::fprintf(stderr, "hub-bench: %s; see hub-bench --help\n", fault.c_str());
  return exit_usage;
}

/// Raises the limit on open files as far as it goes; false if that is not enough.
bool allow_files(std::uint64_t wanted) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  constexpr std::uint64_t others = 32;
  return limit.rlim_cur == RLIM_INFINITY || wanted + others <= limit.rlim_cur;
}

int run(const Options& options) {
  std::string fault;
  auto endpoint = parse_url(options.url, fault);
  if (!endpoint) return usage("--url: " + fault);
  const auto dialect = make_dialect(options.peer);
  if (dialect) endpoint->subprotocol = dialect->subprotocol();
  if (!dialect && !endpoint->websocket) return usage("--url: a hub speaks WebSocket");
  if (dialect && options.scenario != "fanout" && options.scenario != "p2p") {
    return usage("--peer: only for fanout and p2p");
  }
  if (options.pid != 0 && !sample(options.pid)) return usage("--pid: no such process");
  if (!allow_files(options.connections)) return usage(too_many);
  Loop loop;
  Tally tally;
  const std::string name =
      "bench/" + std::to_string(wall_ms() % 1'000'000'000) + "-" + std::to_string(getpid());
  Context context{loop, options, *endpoint, tally, dialect.get(), name};
  const std::unique_ptr<Scenario> scenario = make_scenario(context);
  if (!allow_files(context.connections)) return usage(too_many);
  const Course course = Driver(context, *scenario).run();
  const auto render = options.json ? json : table;
  std::fputs(render(context, *scenario, course).c_str(), stdout);
  return tally.clean() ? 0 : exit_failed;
}

int main(std::span<const std::string_view> arguments) {
  if (arguments.size() == 2 && arguments[0] == "docs") {
    std::fputs(render_mdoc(arguments[1]).c_str(), stdout);
    return 0;
  }
  Options options;
  std::string fault;
  if (!parse(arguments, options, fault)) return usage(fault);
  if (options.help) {
    std::fputs(render_help().c_str(), stdout);
    return 0;
  }
  return run(options);
}

}  // namespace
}  // namespace hub_bench

int main(int count, char** words) {
  try {
    const std::vector<std::string_view> arguments(words + std::min(count, 1), words + count);
    return hub_bench::main(arguments);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "hub-bench: %s\n", problem.what());
    return 1;
  }
}
