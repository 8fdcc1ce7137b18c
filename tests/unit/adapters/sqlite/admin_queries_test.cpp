// What the administration API reads of the database.
#include "adapters/sqlite/admin_queries.hpp"

#include <gtest/gtest.h>

#include "adapters/sqlite/database.hpp"
#include "store_world.hpp"

namespace signal_hub::test {
namespace {

struct QueryWorld : World {
  QueryWorld() {
    start();
    const std::string trail = R"([{"at":1700000030000,"event":"timeout","detail":""}])";
    EXPECT_TRUE(write({message(1, "@(a)"), reliable_message(2, "@(b)"), message(3, "@(a)"),
                       message(4, "@(a)"), finished(4),
                       core::MessageAttempt{2, 5, start_time, "no answer", trail},
                       core::MessageDead{2, "max_attempts", start_time + 61s, false}}));
  }
  app::ArchiveAnswer ask(const app::ArchiveQuery& query) const {
    SQLite::Database db = adapters::open_reader(options.path);
    return adapters::answer_query(db, query);
  }
};

TEST(SqliteAdminQueries, a_dead_letter_is_told_with_its_history_and_message) {
  QueryWorld w;
  const auto list = w.ask(app::ListDeadLetters{{}, {}, 10});
  ASSERT_EQ(list.messages.size(), 1U);
  EXPECT_FALSE(list.more);
  EXPECT_FALSE(list.messages[0].message.has_value());
  const auto one = w.ask(app::FindDeadLetter{2});
  ASSERT_EQ(one.messages.size(), 1U);
  const app::ArchivedMessage& m = one.messages[0];
  EXPECT_EQ(m.attempts, 5U);
  EXPECT_EQ(m.last_error, "no answer");
  EXPECT_EQ(m.reason, "max_attempts");
  EXPECT_EQ(m.type, "t");
  EXPECT_EQ(m.message, R"j({"from":"@(x)","type":"t"})j");
  EXPECT_NE(m.history.find(R"("event":"timeout")"), std::string::npos) << m.history;
  EXPECT_TRUE(w.ask(app::FindDeadLetter{1}).messages.empty());
}

TEST(SqliteAdminQueries, an_id_is_found_waiting_dead_and_finished_each_once) {
  QueryWorld w;
  const auto state = [&w](const std::string& id) {
    const auto found = w.ask(app::FindMessage{id, ""}).messages;
    return found.size() == 1 ? found[0].state : std::to_string(found.size());
  };
  EXPECT_EQ(state("m-1"), "queued");
  EXPECT_EQ(state("m-2"), "dead_lettered");
  EXPECT_EQ(state("m-4"), "delivered");
  EXPECT_TRUE(w.ask(app::FindMessage{"m-1", "@(other)"}).messages.empty());
}

TEST(SqliteAdminQueries, the_oldest_of_each_mailbox_is_the_first_accepted) {
  QueryWorld w;
  const auto found = w.ask(app::OldestWaiting{{"@(a)", "@(b)"}});
  ASSERT_EQ(found.oldest.size(), 1U);
  EXPECT_EQ(found.oldest[0].first, "@(a)");
  EXPECT_EQ(found.oldest[0].second, start_time);
}

}  // namespace
}  // namespace signal_hub::test
