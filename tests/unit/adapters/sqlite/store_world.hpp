// A store on a real file and a real loop, as tests use it.
#pragma once

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>
#include <uv.h>

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "adapters/sqlite/open.hpp"
#include "temporary_directory.hpp"

namespace signal_hub::test {

inline constexpr WallTime start_time = from_epoch_ms(1'700'000'000'000);
inline constexpr std::uint64_t patience_ms = 30'000;

/// What the store reported, in order of arrival.
struct Reports final : app::StoreEvents {
  void durable(std::uint64_t seq, const std::vector<std::uint64_t>& entries) override {
    durable_seq = seq;
    refused.insert(refused.end(), entries.begin(), entries.end());
  }
  void write_failed(const std::string& reason) override { failures.push_back(reason); }
  void loaded(core::Loaded rows) override { loads.push_back(std::move(rows)); }
  void wal_pinned(bool pinned, std::uint64_t bytes) override { pins.emplace_back(pinned, bytes); }
  void corrupt(const std::string& reason) override { damages.push_back(reason); }

  std::uint64_t durable_seq = 0;
  std::vector<std::uint64_t> refused;
  std::vector<std::string> failures;
  std::vector<core::Loaded> loads;
  std::vector<std::pair<bool, std::uint64_t>> pins;
  std::vector<std::string> damages;
};

/// The messages a start has found, and how many came at once.
struct FoundMessages final : core::RecoveredMessages {
  void take(std::span<core::RecoveredMessage> messages) override {
    portions.push_back(messages.size());
    rows.insert(rows.end(), messages.begin(), messages.end());
  }
  std::vector<core::RecoveredMessage> rows;
  std::vector<std::size_t> portions;
};

class World {
 public:
  World() {
    uv_loop_init(&loop_);
    options.path = folder.path() + "/hub.db";
  }
  ~World() {
    stop();
    uv_run(&loop_, UV_RUN_DEFAULT);
    EXPECT_EQ(uv_loop_close(&loop_), 0);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void start(WallTime now = start_time) {
    auto opened = adapters::open_store(&loop_, options, now);
    ASSERT_TRUE(opened.ok()) << opened.error();
    store = std::move(opened->store);
    recovered = std::move(opened->recovered);
    mac_key = opened->mac_key;
    found = {};
    const auto messages = store->recover_messages(found, now);
    ASSERT_TRUE(messages.ok()) << messages.error();
  }

  void stop() {
    if (!store) return;
    store->close();
    store.reset();
  }

  void restart(WallTime now = start_time) {
    stop();
    start(now);
  }

  /// Runs the loop, polling the store, until `met` or patience ends (then the test has failed).
  bool run_until(const std::function<bool()>& met) {
    bool late = false;
    uv_timer_t timer;
    uv_timer_init(&loop_, &timer);
    timer.data = &late;
    uv_timer_start(
        &timer, [](uv_timer_t* t) { *static_cast<bool*>(t->data) = true; }, patience_ms, 0);
    store->poll(reports);
    while (!met() && !late) {
      uv_run(&loop_, UV_RUN_ONCE);
      store->poll(reports);
    }
    uv_close(reinterpret_cast<uv_handle_t*>(&timer), nullptr);
    uv_run(&loop_, UV_RUN_NOWAIT);
    EXPECT_FALSE(late);
    return !late;
  }

  core::Batch batch(std::vector<core::JournalEntry> entries) {
    core::Batch made;
    for (core::JournalEntry& entry : entries) made.entries.push_back({++seq, std::move(entry)});
    made.seq = seq;
    made.at = made.aged_at = batch_time;
    return made;
  }

  void submit(std::vector<core::JournalEntry> entries) { store->submit(batch(std::move(entries))); }

  bool written() {
    return run_until([this] { return reports.durable_seq == seq; });
  }

  bool write(std::vector<core::JournalEntry> entries) {
    submit(std::move(entries));
    return written();
  }

  /// The rows of an answer.
  std::vector<core::StoredMessage> load(core::LoadRequest request) {
    const std::size_t before = reports.loads.size();
    store->load(std::move(request));
    if (!run_until([&] { return reports.loads.size() > before; })) return {};
    EXPECT_FALSE(reports.loads.back().failed);
    return reports.loads.back().rows;
  }

  /// What the sqlite3 command line would print for one value.
  std::string ask(const std::string& sql) const {
    SQLite::Database db(options.path, SQLite::OPEN_READONLY, 5'000);
    return db.execAndGet(sql).getString();
  }

  uv_loop_t* loop() { return &loop_; }

  TemporaryDirectory folder;
  adapters::SqliteOptions options;
  std::unique_ptr<adapters::SqliteStore> store;
  core::Recovered recovered;
  FoundMessages found;
  std::string mac_key;
  Reports reports;
  std::uint64_t seq = 0;
  WallTime batch_time = start_time + 100ms;

 private:
  uv_loop_t loop_{};
};

inline core::ActorRow actor(const std::string& address, std::uint64_t version = 1) {
  return {
      .address = address,
      .capabilities = {"chat", "quo\"te"},
      .metadata = R"({"a":1.10,"s":"\u00e9"})",
      .identity = "@(team/alice)",
      .connected_as = "@(browser/1)",
      .connection_id = "c-1",
      .status = core::ActorStatus::away,
      .offline_since = start_time + 5s,
      .registered_at = start_time,
      .expires_at = start_time + 300s,
      .ttl = 300s,
      .version = version,
      .registration = 7,
      .token_counter = 3,
      .renew_on_heartbeat = true,
      .crashes = 2,
  };
}

inline core::MessageRow message(std::uint64_t position, const std::string& target,
                                const std::string& tail = R"j("from":"@(x)","type":"t"})j") {
  return {
      .position = position,
      .target = target,
      .sender = "@(sender)",
      .message_id = "m-" + std::to_string(position),
      .tail = tail,
      .accepted_at = start_time,
      .expires_at = start_time + 60s,
      .promised = true,
  };
}

inline core::MessageRow reliable_message(std::uint64_t position, const std::string& target) {
  core::MessageRow row = message(position, target);
  row.reliable = true;
  row.asked = true;
  return row;
}

/// At most once: its bytes have left.
inline core::MessageDone finished(std::uint64_t position) {
  return {position, core::DeliveryOutcome::delivered, 1, start_time, start_time, false};
}

inline core::LoadRequest texts(std::uint64_t id, std::vector<std::uint64_t> positions) {
  return {id, core::LoadRequest::Texts{std::move(positions)}};
}

}  // namespace signal_hub::test
