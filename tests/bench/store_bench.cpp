// The store on a real file: what a start with 50,000 actors costs, and commits of several sizes.
#include <benchmark/benchmark.h>
#include <uv.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "adapters/sqlite/open.hpp"
#include "core/hub.hpp"

namespace {

using namespace signal_hub;
using namespace signal_hub::core;

constexpr WallTime start_time = from_epoch_ms(1'700'000'000'000);
constexpr std::size_t actors = 50'000;
constexpr std::size_t subscriptions_each = 2;

/// Waits for one batch.
struct Waiter final : app::StoreEvents {
  void durable(std::uint64_t seq, const std::vector<std::uint64_t>&) override { done = seq; }
  void write_failed(const std::string& reason) override { throw std::runtime_error(reason); }
  void loaded(Loaded) override {}
  void wal_pinned(bool, std::uint64_t) override {}
  std::uint64_t done = 0;
};

class Bench {
 public:
  Bench() {
    uv_loop_init(&loop_);
    std::string folder = (std::filesystem::temp_directory_path() / "store-bench-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary directory");
    folder_ = folder;
  }
  ~Bench() {
    close();
    uv_run(&loop_, UV_RUN_DEFAULT);
    uv_loop_close(&loop_);
    std::filesystem::remove_all(folder_);
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  Recovered open() {
    adapters::SqliteOptions options;
    options.path = folder_ + "/hub.db";
    auto opened = adapters::open_store(&loop_, options, start_time);
    if (!opened) throw std::runtime_error(opened.error());
    store_ = std::move(opened->store);
    return std::move(opened->recovered);
  }

  void close() {
    if (store_) store_->close();
    store_.reset();
  }

  void write(std::vector<JournalEntry> entries) {
    Batch batch;
    for (JournalEntry& entry : entries) batch.entries.push_back({++seq_, std::move(entry)});
    batch.seq = seq_;
    store_->submit(std::move(batch));
    for (; waiter_.done != seq_; store_->poll(waiter_)) uv_run(&loop_, UV_RUN_ONCE);
  }

 private:
  uv_loop_t loop_{};
  std::string folder_;
  std::unique_ptr<adapters::SqliteStore> store_;
  Waiter waiter_;
  std::uint64_t seq_ = 0;
};

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
  Bench bench;
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
  Bench bench;
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
