// The store on a real file: what a start with 50,000 actors costs, and commits of several sizes.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "core/hub.hpp"
#include "store_bench.hpp"

namespace {

using namespace signal_hub;
using namespace signal_hub::core;

using bench::start_time;

constexpr std::size_t actors = 50'000;
constexpr std::size_t subscriptions_each = 2;

std::string address(std::size_t i) { return "@(agents/worker-" + std::to_string(i) + ")"; }

ActorRow actor(std::size_t i) {
  return {
      .address = address(i),
      .capabilities = {"chat", "render"},
      .metadata = R"({"name":"worker","region":"eu-central-1","load":0.25})",
      .identity = address(i),
      .connected_as = address(i),
      .connection_id = "0c5ba2c6-0e3f-4b3c-9a3c-4ef8f0d8a001",
      .status = ActorStatus::online,
      .offline_since = std::nullopt,
      .registered_at = start_time,
      .expires_at = start_time + 300s,
      .ttl = 300s,
      .version = i + 1,
      .registration = i,
      .token_counter = 1,
      .renew_on_heartbeat = true,
  };
}

std::string no_mac(std::string_view) { return {}; }

/// From the file to a hub that could listen.
void recover(benchmark::State& state) {
  bench::StoreBench bench;
  bench.open();
  std::vector<JournalEntry> entries;
  for (std::size_t i = 0; i < actors; ++i) {
    entries.emplace_back(actor(i));
    for (std::size_t n = 0; n < subscriptions_each; ++n) {
      entries.emplace_back(SubscriptionRow{address(i), "orders/" + std::to_string((i + n) % 5000),
                                           "s-" + std::to_string(i), false});
    }
  }
  bench.write(std::move(entries));
  bench.close();
  const Now now{MonoTime{1s}, start_time};
  for (auto _ : state) {
    auto hub = std::make_unique<Hub>(HubSettings{}, nullptr, no_mac, 1, now);
    const Restored done = hub->restore(bench.open(), now);
    state.PauseTiming();
    if (done.actors != actors || done.subscriptions != actors * subscriptions_each) {
      state.SkipWithError("not all came back");
    }
    hub.reset();
    bench.close();
    state.ResumeTiming();
  }
}
BENCHMARK(recover)->Unit(benchmark::kMillisecond);

/// A batch as the hub makes them: renewals of actors that exist.
void commit(benchmark::State& state) {
  bench::StoreBench bench;
  bench.open();
  const auto rows = static_cast<std::size_t>(state.range(0));
  std::size_t next = 0;
  for (auto _ : state) {
    std::vector<JournalEntry> entries;
    for (std::size_t i = 0; i < rows; ++i) entries.emplace_back(actor(next++ % 10'000));
    bench.write(std::move(entries));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(commit)->Arg(1)->Arg(50)->Arg(500)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
