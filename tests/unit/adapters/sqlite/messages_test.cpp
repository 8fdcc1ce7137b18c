// What becomes of a message in the tables: stored, tried, finished, given up, heard of; each twice
// with the same outcome.
#include <gtest/gtest.h>

#include "adapters/sqlite/dead_letters.hpp"
#include "store_world.hpp"

namespace signal_hub::test {
namespace {

using core::DeadLetterGone;
using core::DeliveryOutcome;
using core::JournalEntry;
using core::LoadRequest;
using core::MessageAttempt;
using core::MessageDead;
using core::MessageDone;
using core::PublicationRow;
using core::ReceiptFetched;
using core::StoredMessage;
using Place = core::StoredMessage::Place;

const std::string trail = R"([{"at":1,"event":"timeout","detail":null}])";

core::LoadRequest everything() { return {1, LoadRequest::Range{0, INT64_MAX}}; }

MessageAttempt failed_attempt(std::uint64_t position) {
  return {position, 2, start_time + 31s, "no answer", trail};
}

MessageDone acknowledged(std::uint64_t position, bool due = false) {
  return {position, DeliveryOutcome::acknowledged, 3, start_time + 40s, start_time + 41s, due};
}

PublicationRow publication(std::uint64_t position) {
  return {position, "news", "@(sender)", "p-1", start_time, 5, 2};
}

TEST(SqliteMessages, a_waiting_message_is_known_with_every_field) {
  World w;
  w.start();
  core::MessageRow row = reliable_message(3, "@(a)");
  row.priority = 2;
  row.topic = "news";
  ASSERT_TRUE(w.write({row, failed_attempt(3)}));
  const auto rows = w.load(texts(1, {3}));
  ASSERT_EQ(rows.size(), 1U);
  const StoredMessage& m = rows[0];
  EXPECT_EQ(m.place, Place::waiting);
  EXPECT_EQ(m.target + m.sender + m.message_id + m.topic, "@(a)@(sender)m-3news");
  EXPECT_EQ(m.accepted_at, start_time);
  EXPECT_EQ(m.stored_at, w.batch_time);
  EXPECT_EQ(m.expires_at, start_time + 60s);
  EXPECT_EQ(m.attempts, 2U);
  EXPECT_EQ(m.attempted_at, start_time + 31s);
  EXPECT_EQ(m.last_error, "no answer");
  EXPECT_EQ(m.trail, trail);
  EXPECT_EQ(m.priority, 2);
  EXPECT_TRUE(m.promised && m.reliable && m.asked);
  EXPECT_FALSE(m.finished_at.has_value());
  EXPECT_EQ(m.tail, row.tail);
  EXPECT_EQ(m.outcome, "");
}

TEST(SqliteMessages, one_that_has_arrived_leaves_a_receipt_without_its_text) {
  World w;
  w.start();
  ASSERT_TRUE(w.write({reliable_message(3, "@(a)"), failed_attempt(3), message(4, "@(b)")}));
  ASSERT_TRUE(w.write({acknowledged(3, true), MessageDone{4, DeliveryOutcome::delivered, 1,
                                                          std::nullopt, start_time + 2s, false}}));
  EXPECT_EQ(w.ask("SELECT count(*) FROM messages"), "0");
  EXPECT_TRUE(w.load(texts(1, {3})).empty());
  const auto rows = w.load(everything());
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].place, Place::finished);
  EXPECT_EQ(rows[0].outcome, "acknowledged");
  EXPECT_EQ(rows[0].attempts, 3U);
  EXPECT_EQ(rows[0].attempted_at, start_time + 40s);
  EXPECT_EQ(rows[0].finished_at, start_time + 41s);
  EXPECT_EQ(rows[0].stored_at, w.batch_time);
  EXPECT_EQ(rows[0].last_error, "no answer");
  EXPECT_EQ(rows[0].trail, trail);
  EXPECT_TRUE(rows[0].reliable);
  EXPECT_EQ(rows[1].outcome, "delivered");
  EXPECT_FALSE(rows[1].attempted_at.has_value());
  EXPECT_FALSE(rows[1].reliable);
  EXPECT_EQ(w.store->figures().receipts, 2U);
}

TEST(SqliteMessages, one_that_was_given_up_is_a_dead_letter_with_its_text_and_a_receipt) {
  World w;
  w.start();
  const core::MessageRow row = reliable_message(3, "@(a)");
  ASSERT_TRUE(w.write({row, failed_attempt(3), MessageDead{3, "expired", start_time + 61s, true}}));
  const auto letters = adapters::list_dead_letters(w.options.path, {}, true);
  ASSERT_TRUE(letters.ok() && letters->size() == 1);
  const StoredMessage& dead = letters->front().message;
  EXPECT_EQ(dead.place, Place::dead);
  EXPECT_EQ(dead.outcome, "dead_lettered");
  EXPECT_EQ(dead.reason, "expired");
  EXPECT_EQ(dead.finished_at, start_time + 61s);
  EXPECT_EQ(dead.last_error, "no answer");
  EXPECT_EQ(dead.trail, trail);
  EXPECT_EQ(dead.attempts, 2U);
  EXPECT_EQ(dead.tail, row.tail);
  const auto all = w.load(everything());
  ASSERT_EQ(all.size(), 1U) << "one message, however many tables know it";
  EXPECT_EQ(all[0].place, Place::finished);
  EXPECT_EQ(all[0].outcome + all[0].reason, "dead_letteredexpired");
  EXPECT_EQ(w.ask("SELECT outcome || reason || receipt_due FROM receipts"),
            "dead_letteredexpired1");
  ASSERT_TRUE(w.write({DeadLetterGone{3}}));
  EXPECT_EQ(w.store->figures().dead_letters, 0U);
  EXPECT_EQ(w.load(everything()).size(), 1U);
}

TEST(SqliteMessages, a_publication_is_remembered_with_its_answer) {
  World w;
  w.start();
  ASSERT_TRUE(w.write({publication(7)}));
  const auto rows = w.load(everything());
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].place, Place::publication);
  EXPECT_EQ(rows[0].target, "news");
  EXPECT_EQ(rows[0].message_id, "p-1");
  EXPECT_EQ(rows[0].subscribers, 5U);
  EXPECT_EQ(rows[0].stored, 2U);
  EXPECT_TRUE(rows[0].reliable);
  ASSERT_TRUE(w.write({core::PublicationGone{7}}));
  EXPECT_TRUE(w.load(everything()).empty());
  EXPECT_EQ(w.store->figures().receipts, 0U);
}

TEST(SqliteMessages, a_batch_written_twice_is_as_one_written_once) {
  World w;
  w.start();
  const std::vector<JournalEntry> first{reliable_message(1, "@(a)"), reliable_message(2, "@(a)"),
                                        reliable_message(3, "@(a)"), message(4, "@(a)"),
                                        publication(5)};
  const std::vector<JournalEntry> second{failed_attempt(1),
                                         acknowledged(2, true),
                                         MessageDead{3, "expired", start_time + 1s, true},
                                         finished(4),
                                         reliable_message(6, "@(a)"),
                                         acknowledged(6, true)};
  const std::vector<JournalEntry> third{ReceiptFetched{2}, DeadLetterGone{3}};
  const std::string state =
      "SELECT (SELECT group_concat(position || ':' || attempts) FROM messages) || ' ' ||"
      " (SELECT group_concat(position || ':' || outcome || ':' || receipt_due) FROM receipts) ||"
      " ' ' || (SELECT count(*) FROM dead_letters)";
  for (const auto& batch : {first, second, third}) {
    ASSERT_TRUE(w.write(batch));
    const std::string once = w.ask(state);
    const std::uint64_t receipts = w.store->figures().receipts;
    ASSERT_TRUE(w.write(batch));
    EXPECT_EQ(w.ask(state), once);
    EXPECT_EQ(w.store->figures().receipts, receipts);
  }
  EXPECT_EQ(
      w.ask(state),
      "1:2 2:acknowledged:0,3:dead_lettered:1,4:delivered:0,5:published:0,6:acknowledged:1 0");
  EXPECT_EQ(std::to_string(w.store->figures().receipts), w.ask("SELECT count(*) FROM receipts"));
}

TEST(SqliteMessages, an_entry_refused_alone_leaves_the_counts_right) {
  World w;
  w.start();
  SQLite::Database(w.options.path, SQLite::OPEN_READWRITE, 5'000)
      .exec(
          "CREATE TRIGGER no BEFORE INSERT ON receipts WHEN NEW.position = 2"
          " BEGIN SELECT RAISE(ABORT, 'no'); END");
  ASSERT_TRUE(w.write({reliable_message(1, "@(a)"), reliable_message(2, "@(a)")}));
  ASSERT_TRUE(w.write({MessageDead{1, "expired", start_time, false},
                       MessageDead{2, "expired", start_time, false}}));
  EXPECT_EQ(w.reports.refused, std::vector<std::uint64_t>{4});
  EXPECT_EQ(w.store->figures().dead_letters, 1U);
  EXPECT_EQ(w.store->figures().receipts, 1U);
  EXPECT_EQ(w.ask("SELECT group_concat(position) FROM dead_letters"), "1");
}

TEST(SqliteMessages, actors_and_subscriptions_say_whether_they_acknowledge) {
  World w;
  w.start();
  core::ActorRow row = actor("@(a)");
  row.acks = true;
  row.drop_oldest = true;
  ASSERT_TRUE(w.write({row, core::SubscriptionRow{"@(a)", "t", "s", true, true}}));
  w.restart();
  EXPECT_TRUE(w.recovered.actors.at(0).acks);
  EXPECT_TRUE(w.recovered.actors.at(0).drop_oldest);
  EXPECT_TRUE(w.recovered.subscriptions.at(0).acks);
  EXPECT_EQ(w.ask("SELECT acks || overflow FROM v_actors"), "1drop_oldest");
}

TEST(SqliteMessages, the_figures_tell_the_bytes_in_use) {
  World w;
  w.start();
  const auto in_use = [&w] { return w.store->figures().db_bytes - w.store->figures().wal_bytes; };
  ASSERT_TRUE(w.write({message(1, "@(a)")}));
  const std::uint64_t before = in_use();
  EXPECT_GT(before, 0U);
  core::MessageRow large = message(2, "@(a)");
  large.tail.append(1U << 20U, ' ');
  ASSERT_TRUE(w.write({large}));
  EXPECT_GE(in_use(), before + (1U << 20U));
  ASSERT_TRUE(w.write({finished(2)}));
  EXPECT_LT(in_use(), before + 65'536) << "pages that are free again count no more";
}

}  // namespace
}  // namespace signal_hub::test
