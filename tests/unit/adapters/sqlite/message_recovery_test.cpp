// Messages at a start: by position, in portions, with those whose ids are remembered.
#include <gtest/gtest.h>

#include "core/position.hpp"
#include "store_world.hpp"

namespace signal_hub::test {
namespace {

using core::DeliveryOutcome;
using core::JournalEntry;
using core::MessageDone;

MessageDone done(std::uint64_t position) {
  return {position, DeliveryOutcome::acknowledged, 1, start_time, start_time, false};
}

TEST(SqliteMessageRecovery, waiting_and_remembered_ones_come_in_one_order) {
  World w;
  w.start();
  core::MessageRow published = reliable_message(5, "@(b)");
  published.topic = "news";
  published.priority = 0;
  ASSERT_TRUE(w.write({reliable_message(1, "@(a)"), reliable_message(2, "@(a)"), message(3, "@(a)"),
                       core::PublicationRow{4, "news", "@(x)", "p", start_time, 1, 1}, published,
                       reliable_message(6, "@(a)"), done(2), done(3),
                       core::MessageDead{6, "expired", start_time, false},
                       core::MessageAttempt{5, 2, start_time, "no answer", "[]"}}));
  w.restart();
  ASSERT_EQ(w.found.rows.size(), 5U);
  const auto& rows = w.found.rows;
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(rows[i].position, (std::vector<std::uint64_t>{1, 2, 4, 5, 6})[i]);
    EXPECT_TRUE(rows[i].reliable);
    EXPECT_EQ(rows[i].waiting, i == 0 || i == 3);
  }
  EXPECT_EQ(rows[2].target + rows[2].sender + rows[2].message_id, "news@(x)p");
  EXPECT_TRUE(rows[0].promised && rows[0].asked);
  EXPECT_FALSE(rows[0].publication);
  EXPECT_EQ(rows[0].bytes, reliable_message(1, "@(a)").tail.size());
  EXPECT_TRUE(rows[3].publication);
  EXPECT_EQ(rows[3].topic, "");
  EXPECT_EQ(rows[3].priority, 0);
  EXPECT_EQ(rows[3].attempts, 2U);
  EXPECT_EQ(rows[3].accepted_at, start_time);
}

TEST(SqliteMessageRecovery, a_run_begins_behind_every_position_that_was_used) {
  World w;
  w.start();
  const std::uint64_t run = w.recovered.run;
  const std::uint64_t beyond = core::position_at(run + 1, 7);  // after four billion messages
  ASSERT_TRUE(w.write({reliable_message(beyond, "@(a)")}));
  w.restart();
  EXPECT_EQ(w.recovered.run, run + 2);
  ASSERT_TRUE(w.write({core::MessageDead{beyond, "expired", start_time, false}}));
  w.restart();
  EXPECT_EQ(w.recovered.run, run + 3);
}

TEST(SqliteMessageRecovery, ids_are_forgotten_after_their_window_and_messages_are_not) {
  World w;
  w.options.kept.dedupe_window = 1h;
  w.start();
  ASSERT_TRUE(w.write({reliable_message(1, "@(a)"), reliable_message(2, "@(a)"), done(2)}));
  w.restart(start_time + 1h - 1ms);
  EXPECT_EQ(w.found.rows.size(), 2U);
  w.restart(start_time + 1h);
  ASSERT_EQ(w.found.rows.size(), 1U);
  EXPECT_EQ(w.found.rows[0].position, 1U);
}

TEST(SqliteMessageRecovery, many_come_in_portions_and_nothing_of_one_is_left_in_another) {
  World w;
  w.start();
  std::vector<JournalEntry> entries;
  for (std::uint64_t p = 1; p <= 2'500; ++p) {
    core::MessageRow row = message(p, "@(a)");
    row.promised = p % 2 == 0;
    row.topic = row.promised ? "" : "news";
    if (p % 3 == 0) row.expires_at.reset();
    entries.emplace_back(row);
  }
  ASSERT_TRUE(w.write(std::move(entries)));
  w.restart();
  EXPECT_EQ(w.found.portions, (std::vector<std::size_t>{1'000, 1'000, 500}));
  for (const core::RecoveredMessage& row : w.found.rows) {
    EXPECT_EQ(row.promised, row.position % 2 == 0);
    EXPECT_EQ(row.publication, !row.promised);
    EXPECT_EQ(row.tail.empty(), row.promised);
    EXPECT_EQ(row.topic.empty(), row.promised);
    EXPECT_EQ(row.expires_at.has_value(), row.position % 3 != 0);
  }
  w.restart();
  EXPECT_EQ(w.found.rows.size(), 1'250U) << "at most once: they do not come back";
}

}  // namespace
}  // namespace signal_hub::test
