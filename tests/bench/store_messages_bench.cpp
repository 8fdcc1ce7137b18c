// Messages in the store on a real file: their whole life in batches, and what a start with many of
// them costs.
#include <benchmark/benchmark.h>

#include "store_bench.hpp"

namespace {

using namespace signal_hub;
using namespace signal_hub::core;

constexpr std::size_t payload_bytes = 200;

MessageRow message(std::uint64_t position, WallTime at) {
  MessageRow row;
  row.position = position;
  row.target = "@(agents/worker-" + std::to_string(position % 50) + ")";
  row.sender = "@(browser/tab-" + std::to_string(position % 500) + ")";
  row.message_id = "0c5ba2c6-0e3f-4b3c-9a3c-" + std::to_string(100'000'000'000 + position);
  row.tail = R"j("from":")j" + row.sender + R"j(","type":"app:work","payload":")j" +
             std::string(payload_bytes, 'x') + R"j(","metadata":{"delivery":"at-least-once"}})j";
  row.accepted_at = at;
  row.expires_at = at + 168h;
  row.promised = true;
  row.reliable = true;
  row.asked = true;
  return row;
}

/// Messages that are stored, acknowledged one batch later and fetched one later still, at a
/// millisecond each, with the finished ones of the last 20 seconds kept.
class Life {
 public:
  Life(bench::StoreBench& store, std::uint64_t size) : store_(store), size_(size) {}

  void batch() {
    std::vector<JournalEntry> entries;
    const WallTime at = time_of(next_);
    for (std::uint64_t p = next_; p < next_ + size_; ++p) {
      entries.emplace_back(message(p, time_of(p)));
      if (p > size_) entries.emplace_back(done(p - size_, at));
      if (p > 2 * size_) entries.emplace_back(ReceiptFetched{p - 2 * size_});
    }
    next_ += size_;
    store_.write(std::move(entries), at);
  }

 private:
  static WallTime time_of(std::uint64_t p) {
    return bench::start_time + Millis{static_cast<std::int64_t>(p)};
  }
  static MessageDone done(std::uint64_t position, WallTime at) {
    return {position, DeliveryOutcome::acknowledged, 1, at, at, true};
  }

  bench::StoreBench& store_;
  const std::uint64_t size_;
  std::uint64_t next_ = 1;
};

void whole_life(benchmark::State& state) {
  bench::StoreBench bench;
  bench.options.kept.dedupe_window = 20s;
  bench.options.kept.receipt_ttl = 10s;
  bench.open();
  Life life(bench, static_cast<std::uint64_t>(state.range(0)));
  for (std::int64_t warm = 0; warm < 22'000; warm += state.range(0)) life.batch();
  for (auto _ : state) life.batch();
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["receipts"] = static_cast<double>(bench.store().figures().receipts);
}
BENCHMARK(whole_life)->Arg(50)->Arg(500)->Arg(2000)->UseRealTime()->Unit(benchmark::kMillisecond);

void store_only(benchmark::State& state) {
  bench::StoreBench bench;
  bench.open();
  std::uint64_t next = 1;
  for (auto _ : state) {
    std::vector<JournalEntry> entries;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      entries.emplace_back(message(next++, bench::start_time));
    }
    bench.write(std::move(entries));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(store_only)->Arg(1)->Arg(50)->Arg(500)->UseRealTime()->Unit(benchmark::kMillisecond);

struct Counter final : RecoveredMessages {
  void take(std::span<RecoveredMessage> messages) override { seen += messages.size(); }
  std::size_t seen = 0;
};

/// Opening included, without the search for damage.
void recover_waiting(benchmark::State& state) {
  constexpr std::uint64_t portion = 10'000;
  const auto wanted = static_cast<std::uint64_t>(state.range(0));
  bench::StoreBench bench;
  bench.open();
  for (std::uint64_t p = 1; p <= wanted;) {
    std::vector<JournalEntry> entries;
    for (const std::uint64_t end = p + portion; p < end; ++p) {
      entries.emplace_back(message(p, bench::start_time));
    }
    bench.write(std::move(entries));
  }
  bench.close();
  for (auto _ : state) {
    bench.open();
    Counter counter;
    if (!bench.store().recover_messages(counter, bench::start_time)) state.SkipWithError("failed");
    state.PauseTiming();
    if (counter.seen != wanted) state.SkipWithError("not all came back");
    bench.close();
    state.ResumeTiming();
  }
}
BENCHMARK(recover_waiting)->Arg(100'000)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
