// The write-ahead log is kept short; who keeps it long is told.
#include <gtest/gtest.h>

#include <filesystem>

#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/wal_policy.hpp"
#include "store_world.hpp"

namespace signal_hub::test {
namespace {

using adapters::checkpoint_pages;
using adapters::WalPolicy;

TEST(SqliteWalPolicy, copies_each_time_the_log_has_grown_by_so_much) {
  WalPolicy policy(0);
  EXPECT_FALSE(policy.committed(checkpoint_pages - 1));
  EXPECT_TRUE(policy.committed(checkpoint_pages));
  EXPECT_FALSE(policy.committed(checkpoint_pages + 1));  // somebody still reads
  EXPECT_TRUE(policy.committed(2 * checkpoint_pages));
  EXPECT_FALSE(policy.committed(10));  // started over
  EXPECT_TRUE(policy.committed(checkpoint_pages));
}

TEST(SqliteWalPolicy, is_pinned_only_after_a_vain_attempt_and_tells_it_once) {
  WalPolicy policy(1000);
  EXPECT_EQ(policy.sized(1001, false), std::nullopt);
  EXPECT_TRUE(policy.above_limit());
  EXPECT_EQ(policy.sized(1001, true), true);
  EXPECT_EQ(policy.sized(1500, true), std::nullopt);
  EXPECT_EQ(policy.sized(1600, false), std::nullopt);
  EXPECT_EQ(policy.sized(1000, false), false);
  EXPECT_FALSE(policy.above_limit());
  EXPECT_EQ(policy.sized(900, true), std::nullopt);
}

TEST(SqliteWalPolicy, without_a_limit_nothing_is_pinned) {
  WalPolicy policy(0);
  EXPECT_EQ(policy.sized(std::uint64_t{1} << 40U, true), std::nullopt);
  EXPECT_FALSE(policy.above_limit());
}

/// About 400 KB in one batch.
std::vector<core::JournalEntry> bulk(std::uint64_t round) {
  std::vector<core::JournalEntry> entries;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    entries.emplace_back(message(round * 100 + i, "@(a)", std::string(4000, 'x')));
  }
  return entries;
}

TEST(SqliteWal, a_log_that_has_grown_is_copied_into_the_file) {
  World w;
  w.start();
  const auto size = [&] { return std::filesystem::file_size(w.options.path); };
  const auto before = size();
  for (std::uint64_t round = 0; round < 12; ++round) ASSERT_TRUE(w.write(bulk(round)));
  EXPECT_TRUE(w.run_until([&] { return size() > before + 3'000'000; }));
  EXPECT_TRUE(w.reports.pins.empty());
}

TEST(SqliteWal, a_log_above_its_limit_is_cut_and_nobody_is_blamed) {
  World w;
  w.options.wal_limit = 200'000;
  w.options.upkeep_interval = 5ms;
  w.start();
  ASSERT_TRUE(w.write(bulk(0)));
  EXPECT_TRUE(w.run_until([&] { return w.store->figures().wal_bytes == 0; }));
  EXPECT_TRUE(w.reports.pins.empty());
  EXPECT_FALSE(w.store->figures().wal_pinned);
}

/// A database with a long log, as a crash leaves it.
void crash_into(const World& w) {
  World killed;
  killed.start();
  ASSERT_TRUE(killed.write(bulk(0)));
  for (const char* suffix : {"", "-wal"}) {
    std::filesystem::copy_file(killed.options.path + suffix, w.options.path + suffix);
  }
}

TEST(SqliteWal, a_log_that_a_crash_has_left_is_written_anew_before_the_start_adds_to_it) {
  World w;
  crash_into(w);
  const auto left = adapters::wal_bytes(w.options.path);
  w.start();
  EXPECT_LT(w.store->figures().wal_bytes, left / 10);
  EXPECT_EQ(w.ask("SELECT count(*) FROM messages"), "100");
}

TEST(SqliteWal, a_log_that_a_start_could_not_cut_is_cut_later_without_a_write) {
  World w;
  crash_into(w);
  w.options.wal_limit = 200'000;
  w.options.upkeep_interval = 5ms;
  SQLite::Database reader(w.options.path, SQLite::OPEN_READWRITE, 0);
  reader.exec("BEGIN; SELECT count(*) FROM actors");
  w.start();
  EXPECT_GT(w.store->figures().wal_bytes, w.options.wal_limit);
  reader.exec("ROLLBACK");
  EXPECT_TRUE(w.run_until([&] { return w.store->figures().wal_bytes == 0; }));
}

TEST(SqliteWal, a_reader_that_pins_the_log_is_told_writing_goes_on_and_it_is_cut_afterwards) {
  World w;
  w.options.wal_limit = 200'000;
  w.options.upkeep_interval = 5ms;
  w.start();
  ASSERT_TRUE(w.write({actor("@(a)")}));
  SQLite::Database reader(w.options.path, SQLite::OPEN_READONLY, 0);
  reader.exec("BEGIN; SELECT count(*) FROM actors");
  ASSERT_TRUE(w.write(bulk(0)));
  ASSERT_TRUE(w.run_until([&] { return !w.reports.pins.empty(); }));
  EXPECT_TRUE(w.reports.pins[0].first);
  EXPECT_GT(w.reports.pins[0].second, w.options.wal_limit);
  EXPECT_TRUE(w.store->figures().wal_pinned);
  ASSERT_TRUE(w.write(bulk(1)));
  EXPECT_TRUE(w.reports.failures.empty());
  reader.exec("COMMIT");
  ASSERT_TRUE(w.run_until([&] { return w.reports.pins.size() > 1; }));
  EXPECT_EQ(w.reports.pins.size(), 2U);
  EXPECT_FALSE(w.reports.pins[1].first);
  EXPECT_EQ(w.store->figures().wal_bytes, 0U);
  EXPECT_FALSE(w.store->figures().wal_pinned);
  EXPECT_EQ(w.ask("SELECT count(*) FROM messages"), "200");
}

TEST(SqliteWal, closing_leaves_one_file) {
  World w;
  w.start();
  ASSERT_TRUE(w.write(bulk(0)));
  w.store->load(texts(1, {1}));
  ASSERT_TRUE(w.run_until([&] { return !w.reports.loads.empty(); }));
  w.stop();
  EXPECT_FALSE(std::filesystem::exists(w.options.path + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(w.options.path + "-shm"));
}

}  // namespace
}  // namespace signal_hub::test
