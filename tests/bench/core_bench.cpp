// The rooms of the hub by themselves: finding actors and topics, timers, the journal; and what its
// tables weigh.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "bench_hub.hpp"
#include "core/journal.hpp"
#include "core/registry.hpp"
#include "core/timers.hpp"
#include "core/topics.hpp"

namespace {

using namespace signal_hub;
using namespace signal_hub::core;
using Bench = bench::BenchHub;

constexpr int actors = 50'000;

std::string address(int i) { return "@(agents/worker-" + std::to_string(i) + ")"; }

/// One asker among 50,000 actors of a hundred to a session.
class Crowd : public Bench {
 public:
  Crowd() : asker(member("@(asker)")) {
    ConnId conn;
    for (int i = 0; i < actors; ++i) {
      if (i % 99 == 0) conn = member("@(host/" + std::to_string(i) + ")");
      hub.frame(conn,
                message(address(i), "hub:register",
                        R"({"actorAddress":")" + address(i) + R"(","capabilities":["x"]})"),
                now);
      if (i % 99 == 0) flush();
    }
    flush();
  }

  ConnId asker;
};

void discover(benchmark::State& state, const std::string& payload) {
  static Crowd crowd;
  const std::string text = Bench::message("@(asker)", "hub:discover", payload);
  for (auto _ : state) {
    crowd.hub.frame(crowd.asker, text, crowd.now);
    if (crowd.flush() < 100) state.SkipWithError("no answer");
  }
}
BENCHMARK_CAPTURE(discover, one, R"j({"pattern":"@(agents/worker-31415)"})j");
BENCHMARK_CAPTURE(discover, prefix, R"j({"pattern":"@(agents/worker-3141*)"})j");
BENCHMARK_CAPTURE(discover, suffix, R"j({"pattern":"*-31415)"})j");
BENCHMARK_CAPTURE(discover, page, R"({"pattern":"*","limit":100})");

/// 900 names and 100 globs; every look at a name that is known, or never was.
void match_topic(benchmark::State& state) {
  Registry registry;
  Topics topics;
  Rng rng(1);
  const ActorId id = registry.add_guest("@(a)", {});
  Actor& actor = *registry.find(id);
  for (int i = 0; i < 900; ++i) {
    topics.subscribe(id, actor, "orders/" + std::to_string(i) + "/placed", 0, rng);
  }
  for (int i = 0; i < 100; ++i) {
    topics.subscribe(id, actor, "orders/" + std::to_string(i) + "*/shipped", 0, rng);
  }
  const bool known = state.range(0) != 0;
  std::uint64_t next = 0;
  for (auto _ : state) {
    const std::string name = "orders/" + std::to_string(known ? next++ % 900 : next++) + "/placed";
    benchmark::DoNotOptimize(topics.matching(name).size());
  }
}
BENCHMARK(match_topic)->ArgName("known")->Arg(1)->Arg(0);

/// Deadlines come and go among 50,000 others.
void timers(benchmark::State& state) {
  Timers timers;
  Rng rng(1);
  MonoTime now{};
  const auto arm = [&](std::uint32_t who) {
    const auto wait = static_cast<std::int64_t>(1 + rng.below(60'000));
    timers.arm(now + Millis{wait}, {TimerKind::session, who, 0});
  };
  for (std::uint32_t i = 0; i < actors; ++i) arm(i);
  for (auto _ : state) {
    now = timers.next();
    while (const auto due = timers.pop(now)) {
      arm(due->slot);
      benchmark::DoNotOptimize(due);
    }
  }
}
BENCHMARK(timers);

/// Renewals of 10,000 actors, a batch of 500 at a time.
void journal(benchmark::State& state) {
  Journal journal;
  ActorRow row{};
  row.capabilities = {"chat"};
  row.metadata = R"({"name":"worker","region":"eu-central-1"})";
  int next = 0;
  const MonoTime now{1s};
  for (auto _ : state) {
    for (int i = 0; i < 500; ++i) {
      row.address = address(next++ % 10'000);
      journal.append(row, now);
    }
    Batch batch = journal.take_batch();
    journal.confirm(batch.seq);
    benchmark::DoNotOptimize(batch);
  }
  state.SetItemsProcessed(state.iterations() * 500);
}
BENCHMARK(journal);

/// A connection that has connected and registered; with `subscriptions` of its own each. Only what
/// the hub holds: the socket and the library's share are hub-bench's to weigh.
void bytes_held(benchmark::State& state) {
  constexpr int sessions = 5'000;
  double each = 0;
  for (auto _ : state) {
    const std::size_t before = mallinfo2().uordblks;
    Bench bench;
    for (int i = 0; i < sessions; ++i) {
      const ConnId conn = bench.member(address(i));
      for (int n = 0; n < state.range(0); ++n) {
        bench.subscribe(conn, address(i), "topic/" + std::to_string(n));
      }
      bench.flush();
    }
    each = static_cast<double>(mallinfo2().uordblks - before) / sessions;
  }
  state.counters["bytes_per_session"] = each;
}
BENCHMARK(bytes_held)->ArgName("subscriptions")->Arg(0)->Arg(1)->Arg(11)->Iterations(1);

/// Actors on a session that is there: what one more weighs.
void bytes_per_actor(benchmark::State& state) {
  double each = 0;
  for (auto _ : state) {
    const std::size_t before = mallinfo2().uordblks;
    const Crowd crowd;
    each = static_cast<double>(mallinfo2().uordblks - before) / actors;
  }
  state.counters["bytes_per_actor"] = each;
}
BENCHMARK(bytes_per_actor)->Iterations(1)->Unit(benchmark::kMillisecond);

/// What is left of 5,000 sessions that have ended, and of as many bytes as they held at most.
void bytes_after_storm(benchmark::State& state) {
  double left = 0;
  double most = 0;
  for (auto _ : state) {
    const std::size_t before = mallinfo2().uordblks;
    Bench bench;
    std::vector<ConnId> all;
    for (int i = 0; i < 5'000; ++i) all.push_back(bench.member(address(i)));
    bench.flush();
    most = static_cast<double>(mallinfo2().uordblks - before);
    for (const ConnId conn : all) bench.hub.closed(conn, true, bench.now);
    bench.flush();
    left = static_cast<double>(mallinfo2().uordblks - before);
  }
  state.counters["share_left"] = left / most;
}
BENCHMARK(bytes_after_storm)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
