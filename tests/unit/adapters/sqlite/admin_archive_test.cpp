// What the operator asks of the database.
#include "adapters/sqlite/admin_archive.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "store_world.hpp"

namespace signal_hub::test {
namespace {

core::MessageRow message(std::uint64_t position, const std::string& target,
                         const std::string& id = "m") {
  return {.position = position,
          .target = target,
          .sender = "@(sender)",
          .message_id = id,
          .tail = R"("type":"app:x","payload":{"n":1}})",
          .accepted_at = start_time + Millis{static_cast<std::int64_t>(position)},
          .promised = true};
}

core::MessageDead dead(std::uint64_t position, const std::string& reason, Millis after = 0ms) {
  return {.position = position, .reason = reason, .at = start_time + after};
}

class AdminArchive : public testing::Test {
 protected:
  AdminArchive() {
    world.start();
    archive.emplace(world.loop(), world.options.path);
  }
  ~AdminArchive() override { archive->close(); }

  app::ArchiveReply reply_to(app::ArchiveQuery query) {
    EXPECT_TRUE(archive->ask(7, std::move(query)));
    std::vector<app::ArchiveReply> replies;
    world.run_until([&] {
      for (auto& reply : archive->take_replies()) replies.push_back(std::move(reply));
      return !replies.empty();
    });
    return replies.at(0);
  }
  app::ArchiveAnswer answer_to(app::ArchiveQuery query) {
    const auto reply = reply_to(std::move(query));
    EXPECT_TRUE(reply.answer.ok()) << reply.answer.error();
    return *reply.answer;
  }
  std::vector<std::uint64_t> dead_positions(const app::DeadLetterFilter& filter,
                                            std::size_t limit = 100) {
    std::vector<std::uint64_t> found;
    for (const auto& m : answer_to(app::ListDeadLetters{filter, {}, limit}).messages) {
      found.push_back(m.position);
    }
    return found;
  }

  World world;
  std::optional<adapters::SqliteArchive> archive;
};

using Positions = std::vector<std::uint64_t>;

TEST_F(AdminArchive, ListsDeadLettersTheLastAcceptedFirst) {
  world.write({message(1, "@(a)"), message(2, "@(b)"), message(3, "@(a)"), dead(1, "expired"),
               dead(3, "removed"), dead(2, "expired")});
  const auto first = answer_to(app::ListDeadLetters{{}, {}, 2});
  ASSERT_EQ(first.messages.size(), 2U);
  EXPECT_TRUE(first.more);
  EXPECT_EQ(first.messages[0].position, 3U);
  EXPECT_EQ(first.messages[0].reason, "removed");
  EXPECT_EQ(first.messages[0].type, "app:x");
  EXPECT_EQ(first.messages[0].accepted_at, start_time + 3ms);
  EXPECT_FALSE(first.messages[0].message) << "a list carries no texts";
  const auto second = answer_to(app::ListDeadLetters{{}, first.messages[1].position, 2});
  ASSERT_EQ(second.messages.size(), 1U);
  EXPECT_FALSE(second.more);
}

TEST_F(AdminArchive, FiltersByTargetReasonAndAge) {
  world.write({message(1, "@(a/1)"), message(2, "@(a/2)"), message(3, "@(b?[)"),
               dead(1, "expired", 0ms), dead(2, "removed", 1'000ms), dead(3, "expired", 2'000ms)});
  EXPECT_EQ(dead_positions({.target = "@(a/1)"}), Positions{1});
  EXPECT_EQ(dead_positions({.target = "@(a/*)"}), (Positions{2, 1}));
  // Only `*` is special: SQLite would take the others for a pattern too.
  EXPECT_EQ(dead_positions({.target = "@(b?[)"}), Positions{3});
  EXPECT_EQ(dead_positions({.target = "@(a?1)"}), Positions{});
  EXPECT_EQ(dead_positions({.reason = "expired"}), (Positions{3, 1}));
  EXPECT_EQ(dead_positions({.dead_until = start_time + 1'000ms}), (Positions{2, 1}));
  EXPECT_EQ(dead_positions({.dead_after = start_time + 1'000ms}), Positions{3});
}

TEST_F(AdminArchive, ShowsADeadLetterWithItsText) {
  world.write({message(1, "@(a)"), dead(1, "expired")});
  const auto found = answer_to(app::FindDeadLetter{1});
  ASSERT_EQ(found.messages.size(), 1U);
  EXPECT_EQ(found.messages[0].message, R"({"type":"app:x","payload":{"n":1}})");
  EXPECT_TRUE(answer_to(app::FindDeadLetter{2}).messages.empty());
  EXPECT_TRUE(answer_to(app::FindDeadLetter{UINT64_MAX}).messages.empty());
}

TEST_F(AdminArchive, FindsAMessageWhereverItIs) {
  world.write({message(1, "@(a)", "one"), message(2, "@(b)", "one"), message(3, "@(a)", "two"),
               dead(2, "expired")});
  const auto found = answer_to(app::FindMessage{"one", ""});
  ASSERT_EQ(found.messages.size(), 2U);
  EXPECT_EQ(found.messages[0].state, "queued");
  EXPECT_EQ(found.messages[1].state, "dead_lettered");
  EXPECT_EQ(answer_to(app::FindMessage{"two", "@(sender)"}).messages.size(), 1U);
  EXPECT_TRUE(answer_to(app::FindMessage{"two", "@(other)"}).messages.empty());
}

TEST_F(AdminArchive, KnowsSinceWhenMessagesWait) {
  world.write({message(5, "@(a)"), message(6, "@(a)"), message(7, "@(b)")});
  const auto found = answer_to(app::OldestWaiting{{"@(b)", "@(none)", "@(a)"}});
  ASSERT_EQ(found.oldest.size(), 2U);
  EXPECT_EQ(found.oldest[0], std::pair(std::string("@(b)"), start_time + 7ms));
  EXPECT_EQ(found.oldest[1], std::pair(std::string("@(a)"), start_time + 5ms));
}

TEST_F(AdminArchive, ATextThatIsNoJsonIsLeftOut) {
  core::MessageRow odd = message(1, "@(a)");
  odd.tail = "odd";
  world.write({odd, dead(1, "expired")});
  const auto found = answer_to(app::FindDeadLetter{1});
  ASSERT_EQ(found.messages.size(), 1U);
  EXPECT_FALSE(found.messages[0].type);
  EXPECT_FALSE(found.messages[0].message);
}

TEST_F(AdminArchive, AFileThatCannotBeReadIsAReasonNotAnEnd) {
  adapters::SqliteArchive elsewhere(world.loop(), world.folder.path() + "/none.db");
  EXPECT_TRUE(elsewhere.ask(1, app::FindDeadLetter{1}));
  std::vector<app::ArchiveReply> replies;
  world.run_until([&] {
    replies = elsewhere.take_replies();
    return !replies.empty();
  });
  EXPECT_FALSE(replies.at(0).answer);
  elsewhere.close();
}

TEST_F(AdminArchive, QuestionsAreBoundedAndAClosedOneTakesNone) {
  std::size_t taken = 0;
  while (archive->ask(taken, app::FindDeadLetter{1})) ++taken;
  EXPECT_EQ(taken, limits::admin_waiting + 1);  // one is in work
  archive->close();
  EXPECT_FALSE(archive->ask(1, app::FindDeadLetter{1}));
}

}  // namespace
}  // namespace signal_hub::test
