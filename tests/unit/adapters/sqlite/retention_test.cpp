// Finished messages and dead letters go by age and number, a few with each batch.
#include <gtest/gtest.h>

#include "store_world.hpp"

namespace signal_hub::test {
namespace {

using core::DeliveryOutcome;
using core::JournalEntry;
using core::MessageDead;
using core::MessageDone;

constexpr std::uint64_t more_than_one_batch_takes = 60;

struct RetentionWorld : World {
  /// Messages accepted a second apart, the first at start_time; all finished at `at`.
  void finish(std::uint64_t first, std::uint64_t last, WallTime at, bool dead = false) {
    std::vector<JournalEntry> entries;
    for (std::uint64_t p = first; p <= last; ++p) {
      core::MessageRow row = reliable_message(p, "@(a)");
      row.accepted_at = start_time + std::chrono::seconds{p - 1};
      entries.emplace_back(row);
      if (dead) {
        entries.emplace_back(MessageDead{p, "expired", at, false});
      } else {
        entries.emplace_back(MessageDone{p, DeliveryOutcome::acknowledged, 1, at, at, false});
      }
    }
    ASSERT_TRUE(write(std::move(entries)));
  }

  /// Batches that change nothing, until as many rows are left; each takes only some.
  void let_go(const std::string& table, std::uint64_t left) {
    for (int batches = 0; rows(table) != left; ++batches) {
      ASSERT_LT(batches, 20);
      const std::uint64_t before = rows(table);
      ASSERT_TRUE(write({core::ReceiptFetched{1}}));
      ASSERT_LE(before - rows(table), 40U) << "no commit is long for it";
    }
  }

  std::uint64_t rows(const std::string& table) const {
    const std::uint64_t counted =
        table == "receipts" ? store->figures().receipts : store->figures().dead_letters;
    EXPECT_EQ(std::to_string(counted), ask("SELECT count(*) FROM " + table));
    return counted;
  }
};

TEST(SqliteRetention, receipts_stay_until_both_their_times_are_over) {
  RetentionWorld w;
  w.options.kept.receipt_ttl = 600s;
  w.options.kept.dedupe_window = 100s;
  w.start();
  w.finish(1, 50, start_time + 50s);
  w.batch_time = start_time + 650s - 1ms;
  ASSERT_TRUE(w.write({core::ReceiptFetched{1}}));
  EXPECT_EQ(w.rows("receipts"), 50U);
  w.batch_time = start_time + 650s;
  w.let_go("receipts", 0);
}

TEST(SqliteRetention, the_window_of_ids_keeps_what_was_heard_of_long_ago) {
  RetentionWorld w;
  w.options.kept.receipt_ttl = 1s;
  w.options.kept.dedupe_window = 3'600s;
  w.start();
  w.finish(1, 50, start_time + 50s);
  w.batch_time = start_time + 3'600s + 9s;
  w.let_go("receipts", 40);
  EXPECT_EQ(w.ask("SELECT min(position) FROM receipts"), "11");
}

TEST(SqliteRetention, what_waited_long_and_has_just_ended_does_not_keep_others) {
  RetentionWorld w;
  w.options.kept.receipt_ttl = 100s;
  w.options.kept.dedupe_window = 100s;
  w.start();
  w.finish(1, more_than_one_batch_takes, start_time + 1'000s);
  w.finish(more_than_one_batch_takes + 1, 2 * more_than_one_batch_takes, start_time + 200s);
  w.batch_time = start_time + 1'000s;
  w.let_go("receipts", more_than_one_batch_takes);
  EXPECT_EQ(w.ask("SELECT max(position) FROM receipts"), std::to_string(more_than_one_batch_takes));
  w.batch_time = start_time + 1'100s;
  w.let_go("receipts", 0);
}

TEST(SqliteRetention, above_their_number_the_first_receipts_go) {
  RetentionWorld w;
  w.options.kept.dedupe_limit = 30;
  w.start();
  w.finish(1, 90, start_time + 90s);
  w.let_go("receipts", 30);
  EXPECT_EQ(w.ask("SELECT min(position) || '-' || max(position) FROM receipts"), "61-90");
}

TEST(SqliteRetention, dead_letters_go_by_the_time_of_their_death_and_are_counted) {
  RetentionWorld w;
  w.options.kept.dead_letter_ttl = 1'000s;
  w.start();
  w.finish(1, 20, start_time + 500s, true);
  w.finish(21, 50, start_time, true);
  w.batch_time = start_time + 1'000s;
  w.let_go("dead_letters", 20);
  EXPECT_EQ(w.ask("SELECT max(position) FROM dead_letters"), "20");
  EXPECT_EQ(w.store->figures().dead_letters_evicted, 30U);
}

TEST(SqliteRetention, above_their_number_the_oldest_dead_letters_go) {
  RetentionWorld w;
  w.options.kept.dead_letter_limit = 10;
  w.start();
  w.finish(1, 10, start_time + 9s, true);
  w.finish(11, 60, start_time + 1s, true);
  w.let_go("dead_letters", 10);
  EXPECT_EQ(w.ask("SELECT max(position) FROM dead_letters"), "10");
  EXPECT_EQ(w.store->figures().dead_letters_evicted, 50U);
}

TEST(SqliteRetention, zero_means_for_ever_and_all) {
  RetentionWorld w;
  w.options.kept = {0ms, 0ms, 0, 0, 0ms};
  w.start();
  w.finish(1, 30, start_time, true);
  w.batch_time = start_time + 24h * 365;
  ASSERT_TRUE(w.write({core::ReceiptFetched{1}}));
  EXPECT_EQ(w.rows("receipts"), 30U);
  EXPECT_EQ(w.rows("dead_letters"), 30U);
}

TEST(SqliteRetention, counts_are_those_of_the_file_after_a_restart) {
  RetentionWorld w;
  w.start();
  w.finish(1, 5, start_time, true);
  w.finish(6, 7, start_time);
  w.restart();
  EXPECT_EQ(w.rows("receipts"), 7U);
  EXPECT_EQ(w.rows("dead_letters"), 5U);
  EXPECT_EQ(w.store->figures().dead_letters_evicted, 0U);
}

}  // namespace
}  // namespace signal_hub::test
