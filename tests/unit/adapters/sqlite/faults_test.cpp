// A medium that fails: the batch is kept, told, tried again, and in the end in exactly once.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "faulty_vfs.hpp"
#include "store_world.hpp"

namespace signal_hub::test {
namespace {

using core::SubscriptionRow;

/// The disk must outlive the store.
struct FaultyWorld {
  FaultyVfs disk;
  World w;

  bool fails() {
    const std::size_t before = w.reports.failures.size();
    return w.run_until([&] { return w.reports.failures.size() > before; });
  }
};

TEST(SqliteFaults, a_full_disk_keeps_the_batch_until_there_is_room) {
  FaultyWorld f;
  f.w.start();
  f.disk.write_result = SQLITE_FULL;
  f.w.submit({actor("@(a)")});
  ASSERT_TRUE(f.fails());
  EXPECT_EQ(f.w.reports.failures[0], "database or disk is full (SQLITE_FULL)");
  EXPECT_FALSE(f.w.store->ready());
  ASSERT_TRUE(f.fails());
  EXPECT_EQ(f.w.reports.durable_seq, 0U);
  f.disk.write_result = SQLITE_OK;
  ASSERT_TRUE(f.w.written());
  EXPECT_EQ(f.w.store->figures().write_failures, f.w.reports.failures.size());
  EXPECT_EQ(f.w.ask("SELECT count(*) FROM actors"), "1");
}

TEST(SqliteFaults, a_write_error_names_its_code_and_passes) {
  FaultyWorld f;
  f.w.start();
  f.disk.write_result = SQLITE_IOERR_WRITE;
  f.w.submit({actor("@(a)")});
  ASSERT_TRUE(f.fails());
  EXPECT_EQ(f.w.reports.failures[0], "disk I/O error (SQLITE_IOERR_WRITE)");
  f.disk.write_result = SQLITE_OK;
  ASSERT_TRUE(f.w.written());
}

TEST(SqliteFaults, after_a_failed_fsync_the_log_is_written_anew_and_nothing_is_lost) {
  FaultyWorld f;
  f.w.start();
  ASSERT_TRUE(f.w.write({actor("@(before)")}));
  f.disk.sync_result = SQLITE_IOERR_FSYNC;
  f.w.submit({actor("@(a)"), core::ActorGone{"@(before)", 2, start_time}});
  ASSERT_TRUE(f.fails());
  EXPECT_EQ(f.w.reports.failures[0], "disk I/O error (SQLITE_IOERR_FSYNC)");
  ASSERT_TRUE(f.fails());
  EXPECT_EQ(f.w.reports.durable_seq, 1U);
  f.disk.sync_result = SQLITE_OK;
  ASSERT_TRUE(f.w.written());
  EXPECT_EQ(f.w.ask("SELECT group_concat(address) FROM actors"), "@(a)");
  EXPECT_EQ(f.w.ask("PRAGMA integrity_check"), "ok");
  f.w.restart();
  ASSERT_EQ(f.w.recovered.actors.size(), 1U);
}

TEST(SqliteFaults, a_batch_that_turns_out_to_be_in_is_not_written_again) {
  FaultyWorld f;
  f.w.start();
  f.disk.sync_result = SQLITE_IOERR_FSYNC;
  f.w.submit({actor("@(a)")});
  ASSERT_TRUE(f.fails());
  f.disk.sync_result = SQLITE_OK;
  SQLite::Database(f.w.options.path, SQLite::OPEN_READWRITE, 5'000)
      .exec("UPDATE meta SET value = 1 WHERE key = 'last_batch'");
  ASSERT_TRUE(f.w.written());
  EXPECT_EQ(f.w.ask("SELECT count(*) FROM actors"), "0");
}

TEST(SqliteFaults, nothing_is_claimed_while_a_reader_keeps_the_log_from_being_written_anew) {
  FaultyWorld f;
  f.w.start();
  ASSERT_TRUE(f.w.write({actor("@(before)")}));
  SQLite::Database reader(f.w.options.path, SQLite::OPEN_READONLY, 0);
  reader.exec("BEGIN; SELECT count(*) FROM actors");
  ASSERT_TRUE(f.w.write({actor("@(later)")}));
  f.disk.sync_result = SQLITE_IOERR_FSYNC;
  f.w.submit({actor("@(a)")});
  ASSERT_TRUE(f.fails());
  f.disk.sync_result = SQLITE_OK;
  ASSERT_TRUE(f.fails());
  EXPECT_EQ(f.w.reports.failures.back(), "database is locked (SQLITE_BUSY)");
  reader.exec("COMMIT");
  ASSERT_TRUE(f.w.written());
  EXPECT_EQ(f.w.ask("SELECT count(*) FROM actors"), "3");
}

TEST(SqliteFaults, a_file_that_cannot_be_opened_again_is_tried_again) {
  FaultyWorld f;
  f.w.start();
  f.disk.sync_result = SQLITE_IOERR_FSYNC;
  f.w.submit({actor("@(a)")});
  ASSERT_TRUE(f.fails());
  f.disk.sync_result = SQLITE_OK;
  f.disk.open_result = SQLITE_CANTOPEN;
  ASSERT_TRUE(f.fails());
  EXPECT_EQ(f.w.reports.failures.back(), "unable to open database file (SQLITE_CANTOPEN)");
  f.disk.open_result = SQLITE_OK;
  ASSERT_TRUE(f.w.written());
  EXPECT_EQ(f.w.ask("SELECT count(*) FROM actors"), "1");
}

TEST(SqliteFaults, somebody_who_holds_the_lock_delays_and_loses_nothing) {
  World w;
  w.start();
  SQLite::Database other(w.options.path, SQLite::OPEN_READWRITE, 0);
  other.exec("BEGIN IMMEDIATE");
  w.submit({actor("@(a)"), SubscriptionRow{"@(a)", "t", "s", false}});
  ASSERT_TRUE(w.run_until([&] { return !w.reports.failures.empty(); }));
  EXPECT_EQ(w.reports.failures[0], "database is locked (SQLITE_BUSY)");
  other.exec("COMMIT");
  ASSERT_TRUE(w.written());
  EXPECT_EQ(w.ask("SELECT count(*) FROM subscriptions"), "1");
}

TEST(SqliteFaults, after_a_held_lock_a_reader_keeps_nobody_from_writing) {
  World w;
  w.start();
  ASSERT_TRUE(w.write({actor("@(before)")}));
  SQLite::Database reader(w.options.path, SQLite::OPEN_READONLY, 0);
  reader.exec("BEGIN; SELECT count(*) FROM actors");
  SQLite::Database other(w.options.path, SQLite::OPEN_READWRITE, 0);
  other.exec("BEGIN IMMEDIATE; UPDATE meta SET value = value WHERE key = 'run'");
  w.submit({actor("@(a)")});
  ASSERT_TRUE(w.run_until([&] { return !w.reports.failures.empty(); }));
  other.exec("COMMIT");
  EXPECT_TRUE(w.written());
}

TEST(SqliteFaults, an_entry_that_can_never_be_written_is_refused_alone) {
  World w;
  w.start();
  SQLite::Database(w.options.path, SQLite::OPEN_READWRITE, 5'000)
      .exec(
          "CREATE TRIGGER no BEFORE INSERT ON actors WHEN NEW.address LIKE '%bad%'"
          " BEGIN SELECT RAISE(ABORT, 'no'); END");
  ASSERT_TRUE(w.write({actor("@(a)"), actor("@(bad/1)"), SubscriptionRow{"@(a)", "t", "s", false},
                       actor("@(bad/2)"), actor("@(b)")}));
  EXPECT_EQ(w.reports.refused, (std::vector<std::uint64_t>{2, 4}));
  EXPECT_TRUE(w.reports.failures.empty());
  EXPECT_EQ(w.store->figures().rows_refused, 2U);
  EXPECT_EQ(w.store->figures().rows_written, 3U);
  EXPECT_EQ(w.ask("SELECT group_concat(address) FROM (SELECT address FROM actors ORDER BY 1)"),
            "@(a),@(b)");
  ASSERT_TRUE(w.write({actor("@(c)")}));
  EXPECT_EQ(w.reports.refused.size(), 2U);
}

TEST(SqliteFaults, what_was_refused_is_still_told_when_the_commit_failed_once) {
  FaultyWorld f;
  f.w.start();
  SQLite::Database(f.w.options.path, SQLite::OPEN_READWRITE, 5'000)
      .exec(
          "CREATE TRIGGER no BEFORE INSERT ON actors WHEN NEW.address = '@(bad)'"
          " BEGIN SELECT RAISE(ABORT, 'no'); END");
  f.disk.sync_result = SQLITE_IOERR_FSYNC;
  f.w.submit({actor("@(bad)"), actor("@(a)")});
  ASSERT_TRUE(f.fails());
  f.disk.sync_result = SQLITE_OK;
  ASSERT_TRUE(f.w.written());
  EXPECT_EQ(f.w.reports.refused, std::vector<std::uint64_t>{1});
}

TEST(SqliteFaults, a_stuck_disk_stops_neither_the_loop_nor_loads) {
  FaultyWorld f;
  f.w.start();
  ASSERT_TRUE(f.w.write({message(1, "@(a)")}));
  f.disk.hold_syncs();
  f.w.submit({actor("@(a)")});
  ASSERT_TRUE(f.disk.await_sync());
  f.w.store->load(texts(1, {1}));
  ASSERT_TRUE(f.w.run_until([&] { return f.w.reports.loads.size() == 1; }));
  EXPECT_EQ(f.w.reports.loads[0].rows.size(), 1U);
  EXPECT_FALSE(f.w.store->ready());
  f.disk.release_syncs();
  ASSERT_TRUE(f.w.written());
}

TEST(SqliteFaults, a_load_that_fails_says_so_and_the_next_one_opens_again) {
  FaultyWorld f;
  f.w.start();
  ASSERT_TRUE(f.w.write({message(1, "@(a)")}));
  f.disk.open_result = SQLITE_CANTOPEN;
  f.w.store->load(texts(1, {1}));
  ASSERT_TRUE(f.w.run_until([&] { return f.w.reports.loads.size() == 1; }));
  EXPECT_TRUE(f.w.reports.loads[0].failed);
  f.disk.open_result = SQLITE_OK;
  f.w.store->load(texts(2, {1}));
  ASSERT_TRUE(f.w.run_until([&] { return f.w.reports.loads.size() == 2; }));
  EXPECT_FALSE(f.w.reports.loads[1].failed);
  EXPECT_EQ(f.w.reports.loads[1].rows.size(), 1U);
}

TEST(SqliteFaults, full_durability_syncs_each_commit_and_normal_does_not) {
  for (const bool full : {true, false}) {
    FaultyWorld f;
    f.w.options.full_durability = full;
    f.w.start();
    ASSERT_TRUE(f.w.write({actor("@(warm)")}));
    const int before = f.disk.syncs;
    ASSERT_TRUE(f.w.write({actor("@(a)")}));
    EXPECT_EQ(f.disk.syncs > before, full);
  }
}

TEST(SqliteFaults, closing_gives_up_a_batch_that_cannot_be_written) {
  FaultyWorld f;
  f.w.start();
  f.disk.write_result = SQLITE_FULL;
  f.w.submit({actor("@(a)")});
  ASSERT_TRUE(f.fails());
  f.w.stop();
  f.disk.write_result = SQLITE_OK;
  f.w.start();
  EXPECT_TRUE(f.w.recovered.actors.empty());
}

}  // namespace
}  // namespace signal_hub::test
