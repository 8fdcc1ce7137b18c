// The hub without sockets: fan-out, point to point, and a herd that leaves. The herd's longest call
// is reported; it is what a client would feel as a pause.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "bench_hub.hpp"

namespace {

using namespace signal_hub;
using Bench = bench::BenchHub;
using Stopwatch = std::chrono::steady_clock;

void fan_out(benchmark::State& state) {
  Bench bench;
  for (int i = 0; i < state.range(0); ++i) {
    const std::string address = "@(l/" + std::to_string(i) + ")";
    bench.subscribe(bench.member(address), address, "t");
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
