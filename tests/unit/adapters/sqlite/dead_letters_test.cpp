// Dead letters straight in the file: chosen, read, waiting again, deleted; and the stories of ids.
#include "adapters/sqlite/dead_letters.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "store_world.hpp"

namespace signal_hub::test {
namespace {

using app::DeadLetterChoice;
using core::MessageDead;
using Positions = std::vector<std::uint64_t>;

constexpr std::uint64_t first_run = std::uint64_t{1} << 32U;

/// Five dead letters a second apart, of two targets and two reasons; @(a) is registered.
struct DeadWorld : World {
  DeadWorld() {
    start();
    std::vector<core::JournalEntry> entries{actor("@(a)")};
    for (std::uint64_t i = 1; i <= 5; ++i) {
      core::MessageRow row = reliable_message(first_run + i, i % 2 == 1 ? "@(a)" : "@(b/x)");
      if (i == 3) row.expires_at = start_time + 1h;
      entries.emplace_back(row);
      entries.emplace_back(core::MessageAttempt{first_run + i, 5, start_time, "no answer",
                                                R"([{"at":1,"event":"timeout","detail":""}])"});
      entries.emplace_back(MessageDead{first_run + i, i < 3 ? "expired" : "max_attempts",
                                       start_time + std::chrono::seconds{i}, false});
    }
    EXPECT_TRUE(write(std::move(entries)));
  }

  /// The last digits of those that are listed.
  Positions list(const DeadLetterChoice& choice) const {
    const auto letters = adapters::list_dead_letters(options.path, choice, false);
    EXPECT_TRUE(letters.ok()) << letters.error();
    Positions listed;
    for (const auto& letter : *letters) listed.push_back(letter.message.position - first_run);
    return listed;
  }
};

TEST(SqliteDeadLetters, are_chosen_by_id_target_reason_and_age_while_a_hub_serves) {
  DeadWorld w;
  EXPECT_EQ(w.list({}), (Positions{5, 4, 3, 2, 1}));
  EXPECT_EQ(w.list({.most = 2}), (Positions{5, 4}));
  EXPECT_EQ(w.list({.target = "@(b/*)"}), (Positions{4, 2}));
  EXPECT_EQ(w.list({.target = "@(a)", .reason = "expired"}), (Positions{1}));
  EXPECT_EQ(w.list({.reason = "exp"}), Positions{});
  EXPECT_EQ(w.list({.dead_until = start_time + 2s}), (Positions{2, 1}));
  EXPECT_EQ(w.list({.dead_after = start_time + 2s}), (Positions{5, 4, 3}));
  EXPECT_EQ(w.list({.positions = {first_run + 4, 7, first_run + 1}}), (Positions{4, 1}));
}

TEST(SqliteDeadLetters, are_read_with_type_size_and_text) {
  DeadWorld w;
  const auto letters =
      adapters::list_dead_letters(w.options.path, {.positions = {first_run + 3}}, true);
  ASSERT_TRUE(letters.ok() && letters->size() == 1);
  const app::DeadLetter& letter = letters->front();
  EXPECT_EQ(letter.type, "t");
  EXPECT_EQ(letter.bytes, letter.message.tail.size() + 1);
  EXPECT_EQ(letter.message.tail, message(3, "@(a)").tail);
  EXPECT_EQ(letter.message.reason, "max_attempts");
  EXPECT_EQ(letter.message.finished_at, start_time + 3s);
}

TEST(SqliteDeadLetters, wait_again_behind_all_others_with_a_fresh_start) {
  DeadWorld w;
  ASSERT_TRUE(w.write({message(first_run + 9, "@(a)")}));
  w.stop();
  const WallTime now = start_time + 10min;
  const auto outcome = adapters::requeue_dead_letters(w.options.path, {}, now);
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  EXPECT_EQ(outcome->done, 3U);
  ASSERT_EQ(outcome->left.size(), 2U);
  EXPECT_EQ(outcome->left[0].position, first_run + 2);
  EXPECT_EQ(outcome->left[0].target, "@(b/x)");
  w.start(now);
  ASSERT_GE(w.found.rows.size(), 4U);
  Positions waiting;
  for (const auto& row : w.found.rows) {
    if (row.waiting) waiting.push_back(row.position - first_run);
  }
  EXPECT_EQ(waiting, (Positions{9, 10, 11, 12}));
  const auto rows = w.load(texts(1, {first_run + 10, first_run + 11}));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].message_id, "m-" + std::to_string(first_run + 1));
  EXPECT_EQ(rows[0].attempts, 0U);
  EXPECT_EQ(rows[0].trail + rows[0].last_error, "[]");
  EXPECT_FALSE(rows[0].expires_at.has_value());
  EXPECT_EQ(rows[1].expires_at, start_time + 1h);
  EXPECT_EQ(rows[0].stored_at, now);
  EXPECT_TRUE(rows[0].reliable && rows[0].asked && rows[0].promised);
  EXPECT_EQ(rows[0].tail, message(1, "@(a)").tail);
  EXPECT_EQ(w.store->figures().dead_letters, 2U);
  EXPECT_LT(first_run + 12, w.recovered.run << 32U) << "below what this run will give";
}

TEST(SqliteDeadLetters, are_deleted_the_oldest_first) {
  DeadWorld w;
  w.stop();
  EXPECT_EQ(*adapters::purge_dead_letters(w.options.path, {.target = "@(a)", .most = 2}), 2U);
  EXPECT_EQ(w.list({}), (Positions{5, 4, 2}));
  EXPECT_EQ(*adapters::purge_dead_letters(w.options.path, {}), 3U);
  EXPECT_EQ(w.ask("SELECT count(*) FROM receipts"), "5") << "what became of them stays known";
}

TEST(SqliteDeadLetters, are_not_changed_under_a_hub) {
  DeadWorld w;
  const auto refused = adapters::requeue_dead_letters(w.options.path, {}, start_time);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().find("in use by the process"), std::string::npos) << refused.error();
  EXPECT_NE(refused.error().find("/api/v1/dead-letters"), std::string::npos);
  EXPECT_FALSE(adapters::purge_dead_letters(w.options.path, {}).ok());
  EXPECT_EQ(w.list({}).size(), 5U);
}

TEST(SqliteDeadLetters, of_no_database_or_an_older_one_are_none) {
  const TemporaryDirectory folder;
  const std::string none = folder.path() + "/none.db";
  EXPECT_NE(adapters::list_dead_letters(none, {}, false).error().find("there is no database"),
            std::string::npos);
  EXPECT_FALSE(adapters::purge_dead_letters(none, {}).ok());
  EXPECT_FALSE(std::filesystem::exists(none));
  const std::string old_file = folder.path() + "/old.db";
  std::filesystem::copy_file(TESTS_FOLDER "/golden/schema_2.db", old_file);
  const auto older = adapters::find_messages(old_file, "m-1", std::nullopt);
  ASSERT_FALSE(older.ok());
  EXPECT_NE(older.error().find("signal-hub migrate"), std::string::npos) << older.error();
}

TEST(SqliteDeadLetters, the_story_of_an_id_is_found_while_a_hub_serves) {
  DeadWorld w;
  const std::string id = "m-" + std::to_string(first_run + 3);
  const auto found = adapters::find_messages(w.options.path, id, std::nullopt);
  ASSERT_TRUE(found.ok()) << found.error();
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().reason, "max_attempts");
  EXPECT_TRUE(adapters::find_messages(w.options.path, id, "@(other)")->empty());
}

}  // namespace
}  // namespace signal_hub::test
