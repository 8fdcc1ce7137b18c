// What the operator sees and does.
#include "core/admin.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/limits.hpp"
#include "world.hpp"

namespace signal_hub::core {
namespace {

std::string address(int n) { return "@(a/" + std::to_string(n) + ")"; }

HubSettings with_grace() {
  HubSettings settings = World::defaults();
  settings.grace = 60'000ms;
  return settings;
}

TEST(TextFilter, IsPartOfATextOrAGlob) {
  EXPECT_TRUE(TextFilter("ews").matches("news/today"));
  EXPECT_FALSE(TextFilter("*ews").matches("news/today"));
  EXPECT_TRUE(TextFilter("news/*").matches("news/today"));
  EXPECT_TRUE(TextFilter("a/*").matches_address("@(a/b)"));
  EXPECT_TRUE(TextFilter("@(a/*)").matches_address("@(a/b)"));
  EXPECT_FALSE(TextFilter("b*").matches_address("@(a/b)"));
  EXPECT_TRUE(TextFilter("(a/").matches_address("@(a/b)"));
}

TEST(Admin, PagesShowEverySessionOnceAlsoWhenOthersLeaveInBetween) {
  World world;
  std::set<std::string> expected;
  std::vector<ConnId> conns;
  for (int n = 0; n < 25; ++n) {
    conns.push_back(world.connect(address(n)));
    expected.insert(address(n));
  }
  std::multiset<std::string> seen;
  PageStart start;
  for (int pages = 0; pages < 100; ++pages) {
    const auto page = world.hub.admin().sessions({}, start, 4, world.now());
    EXPECT_LE(page.items.size(), 4U);
    for (const SessionView& s : page.items) seen.insert(s.address);
    if (pages == 0) {
      world.hub.closed(conns[0], true, world.now());  // shown already
      world.connect("@(new)");                        // takes the free place
    }
    if (!page.next) break;
    start = *page.next;
  }
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()), expected);
  EXPECT_EQ(seen.size(), expected.size());
}

TEST(Admin, AFilteredPageLooksAtABoundedNumberOfEntries) {
  World world;
  const int many = static_cast<int>(limits::admin_scan) + 5;
  for (int n = 0; n < many; ++n) world.open();
  world.connect("@(needle)");
  SessionFilter filter;
  filter.search = TextFilter("needle");
  const auto first = world.hub.admin().sessions(filter, {}, 10, world.now());
  EXPECT_TRUE(first.items.empty());
  ASSERT_TRUE(first.next);
  const auto second = world.hub.admin().sessions(filter, *first.next, 10, world.now());
  ASSERT_EQ(second.items.size(), 1U);
  EXPECT_EQ(second.items[0].address, "@(needle)");
}

TEST(Admin, ActorsComeInTheOrderOfTheirAddresses) {
  World world;
  for (const char* name : {"@(c)", "@(a)", "@(b)"}) world.member(name);
  const auto first = world.hub.admin().actors({}, {}, 2);
  ASSERT_EQ(first.items.size(), 2U);
  EXPECT_EQ(first.items[0].address, "@(a)");
  ASSERT_TRUE(first.next);
  const auto second = world.hub.admin().actors({}, *first.next, 2);
  ASSERT_EQ(second.items.size(), 1U);
  EXPECT_EQ(second.items[0].address, "@(c)");
  EXPECT_FALSE(second.next);
}

TEST(Admin, DormantActorsFollowTheRegisteredOnes) {
  World world;
  const ConnId conn = world.member("@(a)");
  world.ask(conn, "@(a)", "hub:subscribe", R"({"topic":"t","durable":true})");
  world.member("@(b)");
  world.hub.closed(conn, true, world.now());
  const auto page = world.hub.admin().actors({}, {}, 10);
  ASSERT_EQ(page.items.size(), 2U);
  EXPECT_EQ(page.items[0].address, "@(b)");
  EXPECT_EQ(page.items[1].address, "@(a)");
  EXPECT_EQ(page.items[1].status, ActorStatus::dormant);
  EXPECT_TRUE(world.hub.admin().kick_actor("@(a)", world.now()));
  EXPECT_FALSE(world.hub.admin().actor("@(a)"));
}

TEST(Admin, ASessionShowsItsTrafficAndItsQueue) {
  World world;
  const ConnId conn = world.member("@(a)");
  world.advance(500ms);
  world.blocked[conn.slot] = true;
  world.tell(conn, "@(a)", "hub:send", R"({"type":"x","data":1})", "@(a)");
  SessionFilter filter;
  filter.backed_up = [conn](ConnId id) { return id == conn; };
  filter.slow = true;
  const auto page = world.hub.admin().sessions(filter, {}, 10, world.now());
  ASSERT_EQ(page.items.size(), 1U);
  const SessionView& view = page.items[0];
  EXPECT_EQ(view.messages_in, 3U);
  EXPECT_EQ(view.queue_depth, 1U);
  EXPECT_GT(view.queue_bytes, 0U);
  EXPECT_TRUE(view.slow);
  EXPECT_EQ(view.connected_for, 500ms);
  EXPECT_EQ(view.idle, 0ms);
}

TEST(Admin, AKickedSessionIsToldAndItsActorsStayForTheGrace) {
  World world(with_grace());
  const ConnId conn = world.member("@(a)");
  const std::string id = world.hub.admin().sessions({}, {}, 1, world.now()).items[0].id;
  EXPECT_TRUE(world.hub.admin().kick_session(id, world.now()));
  world.flush();
  EXPECT_EQ(payload_of(world.take(conn).back(), "reason"), "\"admin\"");
  const auto* close = world.command<CloseCommand>(conn);
  ASSERT_NE(close, nullptr);
  EXPECT_EQ(close->code, 1008);
  EXPECT_EQ(world.hub.admin().actor("@(a)")->status, ActorStatus::away);
  EXPECT_FALSE(world.hub.admin().kick_session(id, world.now())) << "it is ending already";
}

TEST(Admin, AKickedActorIsGoneAtOnceAndItsSessionToo) {
  World world(with_grace());
  const ConnId conn = world.member("@(a)");
  const auto kicked = world.hub.admin().kick_actor("@(a)", world.now());
  ASSERT_TRUE(kicked);
  EXPECT_EQ(kicked->sessions, 1U);
  EXPECT_FALSE(world.hub.admin().actor("@(a)"));
  world.flush();
  EXPECT_NE(world.command<CloseCommand>(conn), nullptr);
  EXPECT_FALSE(world.hub.admin().kick_actor("@(a)", world.now()));
}

std::vector<OperatorAnswer> answers(World& world) {
  std::vector<OperatorAnswer> out;
  world.hub.admin().take_answers(out);
  return out;
}

TEST(Admin, APublicationIsAnsweredAsAClientsIs) {
  World world;
  const ConnId conn = world.member("@(a)");
  world.ask(conn, "@(a)", "hub:subscribe", R"({"topic":"news"})");
  const OperatorMessage message{"",   "", "hub:publish", R"({"topic":"news","type":"x","data":7})",
                                "{}", {}};
  const std::uint64_t ticket = world.hub.admin().submit(message, world.now());
  const auto got = answers(world);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].ticket, ticket);
  EXPECT_EQ(got[0].type, "hub:published");
  world.flush();
  const auto delivered = world.take(conn);
  ASSERT_EQ(delivered.size(), 1U);
  EXPECT_NE(delivered[0].find(R"j("from":"@(cloudflare/signal-hub)")j"), std::string::npos);
  EXPECT_EQ(world.stats().queued_bytes, 0U);
}

TEST(Admin, ASendIsAnsweredWhenItIsWritten) {
  World world;
  const ConnId conn = world.member("@(a)");
  const OperatorMessage message{"@(ops)", "@(a)", "hub:send", R"({"type":"x","data":7})", "{}", {}};
  world.hub.admin().submit(message, world.now());
  EXPECT_TRUE(answers(world).empty());
  world.flush();
  const auto got = answers(world);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].type, "hub:delivery_ack");
  EXPECT_NE(world.take(conn).back().find(R"j("from":"@(ops)")j"), std::string::npos);
}

TEST(Admin, ARefusalIsAnAnswerToo) {
  World world;
  const OperatorMessage message{"", "@(no)", "hub:send", R"({"type":"x","data":7})", "{}", {}};
  world.hub.admin().submit(message, world.now());
  const auto got = answers(world);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].type, "hub:unknown_actor");
}

}  // namespace
}  // namespace signal_hub::core
