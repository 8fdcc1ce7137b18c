// The hub without sockets: fan-out, point to point, and a herd that leaves. The herd's longest call
// is reported; it is what a client would feel as a pause.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "core/hub.hpp"

namespace {

using namespace signal_hub;
using namespace signal_hub::core;
using Stopwatch = std::chrono::steady_clock;

class Bench {
 public:
  Bench()
      : hub(
            settings(), nullptr, [](std::string_view) { return std::string("m"); }, 1, now) {}

  static HubSettings settings() {
    HubSettings s;
    s.rate_limit = 0;
    s.accept_rate = 0;
    s.max_connections_per_ip = 0;
    s.pause_threshold = 0;
    return s;
  }

  static std::string message(const std::string& from, const std::string& type,
                             const std::string& payload, const std::string& metadata = "{}") {
    return R"({"id":"m","from":")" + from + R"j(","to":"@(cloudflare/signal-hub)","type":")j" +
           type + R"(","payload":)" + payload + R"(,"pattern":"tell","timestamp":1,"metadata":)" +
           metadata + "}";
  }

  ConnId member(const std::string& address) {
    hub.admit("ip", now);
    const ConnId conn = hub.opened("ip", now);
    hub.frame(conn,
              message(address, "hub:connect", "null",
                      R"({"protocolVersion":"0.1.0","capabilities":["x"]})"),
              now);
    hub.frame(conn,
              message(address, "hub:register",
                      R"({"actorAddress":")" + address + R"(","capabilities":["x"]})"),
              now);
    return conn;
  }

  void flush() {
    for (hub.take_dirty(dirty); !dirty.empty(); hub.take_dirty(dirty)) {
      for (const ConnId conn : dirty) {
        for (auto bytes = hub.unsent(conn); !bytes.empty(); bytes = hub.unsent(conn)) {
          benchmark::DoNotOptimize(bytes.data());
          hub.handed_over(conn, bytes.size(), now);
        }
        hub.written(conn, now);
      }
    }
    hub.take_commands(commands);
    hub.take_events(events);
    if (!hub.journal().empty()) hub.take_batch(now);
  }

  Now now{MonoTime{Millis{1'000}}, WallTime{Millis{1}}};
  Hub hub;
  std::vector<ConnId> dirty;
  std::vector<Command> commands;
  std::vector<Event> events;
};

void fan_out(benchmark::State& state) {
  Bench bench;
  for (int i = 0; i < state.range(0); ++i) {
    const std::string address = "@(l/" + std::to_string(i) + ")";
    bench.hub.frame(bench.member(address),
                    Bench::message(address, "hub:subscribe", R"({"topic":"t"})"), bench.now);
  }
  const ConnId sender = bench.member("@(s)");
  const std::string text = Bench::message(
      "@(s)", "hub:publish", R"({"topic":"t","type":"x","data":")" + std::string(200, 'x') + "\"}");
  bench.flush();
  for (auto _ : state) {
    for (int i = 0; i < 16; ++i) bench.hub.frame(sender, text, bench.now);
    while (bench.hub.next_deadline() == MonoTime::min()) bench.hub.tick(bench.now);
    bench.flush();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * 16);
}
BENCHMARK(fan_out)->Arg(100)->Arg(1000);

void point_to_point(benchmark::State& state) {
  Bench bench;
  const ConnId sender = bench.member("@(s)");
  bench.member("@(t)");
  const std::string text = Bench::message(
      "@(s)", "hub:send", R"j({"to":"@(t)","type":"x","data":")j" + std::string(200, 'x') + "\"}");
  for (auto _ : state) {
    for (int i = 0; i < 16; ++i) bench.hub.frame(sender, text, bench.now);
    bench.flush();
  }
  state.SetItemsProcessed(state.iterations() * 16);
}
BENCHMARK(point_to_point);

/// A thousand sessions with a hundred subscriptions each end; a turn per session that closes.
void herd_leaves(benchmark::State& state) {
  std::string topics;
  for (int t = 0; t < 100; ++t) topics += (t ? ",\"t" : "\"t") + std::to_string(t) + "\"";
  double sum_of_longest_ms = 0;
  for (auto _ : state) {
    state.PauseTiming();
    double longest_ms = 0;
    Bench bench;
    std::vector<ConnId> sessions;
    for (int i = 0; i < 1000; ++i) {
      const std::string address = "@(a/" + std::to_string(i) + ")";
      sessions.push_back(bench.member(address));
      bench.hub.frame(sessions.back(),
                      Bench::message(address, "hub:subscribe", R"({"topics":[)" + topics + "]}"),
                      bench.now);
      bench.flush();
    }
    state.ResumeTiming();
    const auto turn = [&](auto&& work) {
      const auto started = Stopwatch::now();
      work();
      const std::chrono::duration<double, std::milli> took = Stopwatch::now() - started;
      longest_ms = std::max(longest_ms, took.count());
    };
    turn([&] {
      for (const ConnId conn : sessions) bench.hub.closed(conn, false, bench.now);
      bench.flush();
    });
    while (bench.hub.next_deadline() == MonoTime::min()) {
      turn([&] {
        bench.hub.tick(bench.now);
        bench.flush();
      });
    }
    sum_of_longest_ms += longest_ms;
  }
  // The mean over the iterations: a single one may have met a busy machine.
  state.counters["longest_turn_ms"] =
      benchmark::Counter(sum_of_longest_ms, benchmark::Counter::kAvgIterations);
}
BENCHMARK(herd_leaves)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
