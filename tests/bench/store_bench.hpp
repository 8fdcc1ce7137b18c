// A store on a real file and a loop of its own, as the store's benchmarks use it.
#pragma once

#include <uv.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "adapters/sqlite/open.hpp"

namespace signal_hub::bench {

inline constexpr WallTime start_time = from_epoch_ms(1'700'000'000'000);

/// Waits for one batch.
struct Waiter final : app::StoreEvents {
  void durable(std::uint64_t seq, const std::vector<std::uint64_t>&) override { done = seq; }
  void write_failed(const std::string& reason) override { throw std::runtime_error(reason); }
  void loaded(core::Loaded) override {}
  void wal_pinned(bool, std::uint64_t) override {}
  std::uint64_t done = 0;
};

class StoreBench {
 public:
  StoreBench() {
    uv_loop_init(&loop_);
    std::string folder = (std::filesystem::temp_directory_path() / "store-bench-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary directory");
    folder_ = folder;
    options.path = folder_ + "/hub.db";
  }
  ~StoreBench() {
    close();
    uv_run(&loop_, UV_RUN_DEFAULT);
    uv_loop_close(&loop_);
    std::filesystem::remove_all(folder_);
  }
  StoreBench(const StoreBench&) = delete;
  StoreBench& operator=(const StoreBench&) = delete;

  core::Recovered open() {
    auto opened = adapters::open_store(&loop_, options, start_time);
    if (!opened) throw std::runtime_error(opened.error());
    store_ = std::move(opened->store);
    return std::move(opened->recovered);
  }

  void close() {
    if (store_) store_->close();
    store_.reset();
  }

  adapters::SqliteStore& store() { return *store_; }

  void write(std::vector<core::JournalEntry> entries, WallTime at = start_time) {
    core::Batch batch;
    batch.entries.reserve(entries.size());
    for (core::JournalEntry& entry : entries) batch.entries.push_back({++seq_, std::move(entry)});
    batch.seq = seq_;
    batch.at = batch.aged_at = at;
    store_->submit(std::move(batch));
    for (; waiter_.done != seq_; store_->poll(waiter_)) uv_run(&loop_, UV_RUN_ONCE);
  }

  adapters::SqliteOptions options;

 private:
  uv_loop_t loop_{};
  std::string folder_;
  std::unique_ptr<adapters::SqliteStore> store_;
  Waiter waiter_;
  std::uint64_t seq_ = 0;
};

}  // namespace signal_hub::bench
