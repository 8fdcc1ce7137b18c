// Finished messages and dead letters go by age and number, a few with each batch; the same from the
// database and from memory.
#include <gtest/gtest.h>

#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "app/memory_store.hpp"
#include "store_world.hpp"

namespace signal_hub::test {
namespace {

using core::DeliveryOutcome;
using core::JournalEntry;
using core::MessageDead;
using core::MessageDone;

constexpr std::uint64_t more_than_one_batch_takes = 60;

struct OnDisk : World {
  app::Retention& kept() { return options.kept; }
  const app::Store& kept_by() const { return *store; }
};

struct InMemory {
  app::Retention& kept() { return retention; }
  const app::Store& kept_by() const { return *store; }
  void start() { store.emplace(retention); }
  bool write(std::vector<JournalEntry> entries) {
    core::Batch batch;
    for (JournalEntry& entry : entries) batch.entries.push_back({++seq, std::move(entry)});
    batch.seq = seq;
    batch.at = batch.aged_at = batch_time;
    store->submit(std::move(batch));
    store->poll(reports);
    return reports.durable_seq == seq;
  }
  std::vector<core::StoredMessage> load(core::LoadRequest request) {
    store->load(std::move(request));
    store->poll(reports);
    return reports.loads.back().rows;
  }

  app::Retention retention;
  std::optional<app::MemoryStore> store;
  Reports reports;
  std::uint64_t seq = 0;
  WallTime batch_time = start_time + 100ms;
};

/// What a store must keep, whichever it is.
template <class Keeper>
struct Retention : testing::Test {
  /// Messages accepted a second apart, the first at start_time; all finished at `at`.
  void finish(std::uint64_t first, std::uint64_t last, WallTime at, bool dead = false) {
    std::vector<JournalEntry> entries;
    for (std::uint64_t p = first; p <= last; ++p) {
      core::MessageRow row = reliable_message(p, "@(a)");
      row.accepted_at = start_time + std::chrono::seconds{p - 1};
      entries.emplace_back(row);
      if (dead) {
        entries.emplace_back(MessageDead{p, "expired", at, true});
      } else {
        entries.emplace_back(MessageDone{p, DeliveryOutcome::acknowledged, 1, at, at, true});
      }
    }
    ASSERT_TRUE(w.write(std::move(entries)));
  }

  /// Batches that change nothing, until so many are left; each takes only some.
  template <class Count>
  void let_go(Count&& count, std::uint64_t left) {
    for (int batches = 0; count() != left; ++batches) {
      ASSERT_LT(batches, 20);
      const std::uint64_t before = count();
      ASSERT_TRUE(w.write({core::ReceiptFetched{nobodys}}));
      ASSERT_LE(before - count(), 40U) << "no commit is long for it";
    }
  }
  void let_receipts_go(std::uint64_t left) {
    let_go([this] { return receipts().size(); }, left);
  }

  /// Their positions.
  std::vector<std::uint64_t> receipts() {
    const auto rows = w.load({1, core::LoadRequest::Range{1, 1'000}});
    EXPECT_EQ(w.kept_by().figures().receipts, rows.size());
    return positions(rows);
  }
  std::uint64_t dead_letters() { return w.kept_by().figures().dead_letters; }
  static std::vector<std::uint64_t> positions(const std::vector<core::StoredMessage>& rows) {
    std::vector<std::uint64_t> all;
    for (const core::StoredMessage& row : rows) all.push_back(row.position);
    return all;
  }
  static std::vector<std::uint64_t> range(std::uint64_t first, std::uint64_t last) {
    std::vector<std::uint64_t> all(last - first + 1);
    std::iota(all.begin(), all.end(), first);
    return all;
  }

  static constexpr std::uint64_t nobodys = 999;
  Keeper w;
};

using Stores = testing::Types<OnDisk, InMemory>;
TYPED_TEST_SUITE(Retention, Stores);

TYPED_TEST(Retention, receipts_stay_until_both_their_times_are_over) {
  this->w.kept().receipt_ttl = 600s;
  this->w.kept().dedupe_window = 100s;
  this->w.start();
  this->finish(1, 50, start_time + 50s);
  this->w.batch_time = start_time + 650s - 1ms;
  ASSERT_TRUE(this->w.write({core::ReceiptFetched{this->nobodys}}));
  EXPECT_EQ(this->receipts().size(), 50U);
  this->w.batch_time = start_time + 650s;
  this->let_receipts_go(0);
}

TYPED_TEST(Retention, the_window_of_ids_keeps_what_was_heard_of_long_ago) {
  this->w.kept().receipt_ttl = 1s;
  this->w.kept().dedupe_window = 3'600s;
  this->w.start();
  this->finish(1, 50, start_time + 50s);
  this->w.batch_time = start_time + 3'600s + 9s;
  this->let_receipts_go(40);
  EXPECT_EQ(this->receipts().front(), 11U);
}

TYPED_TEST(Retention, what_waited_long_and_has_just_ended_does_not_keep_others) {
  this->w.kept().receipt_ttl = 100s;
  this->w.kept().dedupe_window = 100s;
  this->w.start();
  this->finish(1, more_than_one_batch_takes, start_time + 1'000s);
  this->finish(more_than_one_batch_takes + 1, 2 * more_than_one_batch_takes, start_time + 200s);
  this->w.batch_time = start_time + 1'000s;
  this->let_receipts_go(more_than_one_batch_takes);
  EXPECT_EQ(this->receipts().back(), more_than_one_batch_takes);
  this->w.batch_time = start_time + 1'100s;
  this->let_receipts_go(0);
}

TYPED_TEST(Retention, a_time_of_zero_keeps_receipts_for_ever_whatever_the_other_is) {
  for (const auto& [receipt_ttl, dedupe_window] : {std::pair{0ms, 1ms}, std::pair{1ms, 0ms}}) {
    TypeParam other;
    other.kept().receipt_ttl = receipt_ttl;
    other.kept().dedupe_window = dedupe_window;
    other.start();
    const WallTime at = start_time + 1s;
    ASSERT_TRUE(other.write({reliable_message(1, "@(a)"),
                             MessageDone{1, DeliveryOutcome::acknowledged, 1, at, at, true}}));
    other.batch_time = start_time + 24h * 365;
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(other.write({core::ReceiptFetched{this->nobodys}}));
    EXPECT_EQ(other.load({1, core::LoadRequest::Range{1, 1}}).size(), 1U);
  }
}

TYPED_TEST(Retention, a_receipt_of_a_year_ago_is_told_if_its_time_is_zero) {
  this->w.kept().receipt_ttl = 0ms;
  this->w.start();
  this->finish(1, 3, start_time);
  this->w.batch_time = start_time + 24h * 365;
  ASSERT_TRUE(this->w.write({core::ReceiptFetched{this->nobodys}}));
  EXPECT_EQ(this->w.load({1, core::LoadRequest::Receipts{"@(sender)", 10, 0}}).size(), 3U);
}

TYPED_TEST(Retention, above_their_number_the_first_receipts_go) {
  this->w.kept().dedupe_limit = 30;
  this->w.start();
  this->finish(1, 90, start_time + 90s);
  for (int batches = 0; batches < 5; ++batches) {
    ASSERT_TRUE(this->w.write({core::ReceiptFetched{this->nobodys}}));
  }
  EXPECT_EQ(this->receipts(), this->range(61, 90));
}

TYPED_TEST(Retention, dead_letters_go_by_the_time_of_their_death_and_are_counted) {
  this->w.kept().dead_letter_ttl = 1'000s;
  this->w.start();
  this->finish(1, 20, start_time + 500s, true);
  this->finish(21, 50, start_time, true);
  this->w.batch_time = start_time + 1'000s;
  this->let_go([this] { return this->dead_letters(); }, 20);
  EXPECT_EQ(this->w.kept_by().figures().dead_letters_evicted, 30U);
}

TYPED_TEST(Retention, above_their_number_the_oldest_dead_letters_go) {
  this->w.kept().dead_letter_limit = 10;
  this->w.start();
  this->finish(1, 10, start_time + 9s, true);
  this->finish(11, 60, start_time + 1s, true);
  this->let_go([this] { return this->dead_letters(); }, 10);
  EXPECT_EQ(this->w.kept_by().figures().dead_letters_evicted, 50U);
}

TYPED_TEST(Retention, zero_means_for_ever_and_all) {
  this->w.kept() = {0ms, 0ms, 0, 0, 0ms};
  this->w.start();
  this->finish(1, 30, start_time, true);
  this->w.batch_time = start_time + 24h * 365;
  ASSERT_TRUE(this->w.write({core::ReceiptFetched{this->nobodys}}));
  EXPECT_EQ(this->receipts().size(), 30U);
  EXPECT_EQ(this->dead_letters(), 30U);
}

using SqliteRetention = Retention<OnDisk>;

TEST_F(SqliteRetention, counts_are_those_of_the_file_after_a_restart) {
  w.start();
  finish(1, 5, start_time, true);
  finish(6, 7, start_time);
  w.restart();
  EXPECT_EQ(receipts().size(), 7U);
  EXPECT_EQ(dead_letters(), 5U);
  EXPECT_EQ(w.store->figures().dead_letters_evicted, 0U);
}

}  // namespace
}  // namespace signal_hub::test
