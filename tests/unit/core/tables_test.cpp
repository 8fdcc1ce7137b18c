// Registry and topics.
#include <gtest/gtest.h>

#include <string>

#include "core/registry.hpp"
#include "core/topics.hpp"

namespace signal_hub::core {
namespace {

MonoTime at(std::int64_t ms) { return MonoTime{Millis{ms}}; }

ActorId enlist(Registry& registry, const std::string& address) {
  const ActorId id = registry.add_guest(address, {});
  registry.enlist(id, address);
  return id;
}

TEST(Registry, GuestsAreInNoIndex) {
  Registry registry;
  const ActorId guest = registry.add_guest("@(g)", {});
  EXPECT_FALSE(registry.find_address("@(g)").valid());
  EXPECT_EQ(registry.size(), 0U);
  registry.enlist(guest, "@(other)");
  EXPECT_EQ(registry.find_address("@(other)"), guest);
  EXPECT_EQ(registry.find(guest)->to_member, R"j(","to":"@(other)",)j");
  EXPECT_EQ(registry.find_registration(registry.find(guest)->registration), guest);
}

TEST(Registry, ListsInByteOrder) {
  Registry registry;
  for (const char* address : {"@(b)", "@(a/2)", "@(a/10)", "@(a)"}) enlist(registry, address);
  std::string order;
  for (const auto& [address, id] : registry.by_address()) order += address;
  EXPECT_EQ(order, "@(a)@(a/10)@(a/2)@(b)");
}

TEST(Registry, VersionsNeverGoBackwards) {
  Registry registry;
  ActorId id = enlist(registry, "@(a)");
  Registry::bump_version(*registry.find(id));
  registry.remove(id, at(0));
  EXPECT_EQ(registry.find(id), nullptr);
  id = enlist(registry, "@(a)");
  EXPECT_EQ(registry.find(id)->version, 3U);
  registry.remove(id, at(0));
  registry.expire_versions(at(86'400'000));
  EXPECT_EQ(registry.find(enlist(registry, "@(a)"))->version, 1U);
}

TEST(Registry, ForgottenForLackOfRoomRaisesTheFloor) {
  Registry registry;
  registry.remove(enlist(registry, "@(first)"), at(0));
  for (int i = 0; i < 100'001; ++i) registry.remove(enlist(registry, "@(x)"), at(1));
  EXPECT_GT(registry.find(enlist(registry, "@(first)"))->version, 1U);
}

struct TopicsTest : testing::Test {
  SubscriptionId subscribe(ActorId id, std::string_view name) {
    return topics.subscribe(id, *registry.find(id), name, 0, rng);
  }
  std::size_t matches(std::string_view name) {
    std::size_t members = 0;
    for (const TopicId id : topics.matching(name)) members += topics.topic(id).members.size();
    return members;
  }
  Registry registry;
  Topics topics;
  Rng rng{1};
  ActorId a = enlist(registry, "@(a)");
  ActorId b = enlist(registry, "@(b)");
};

TEST_F(TopicsTest, NamesAndGlobs) {
  subscribe(a, "x/1");
  subscribe(b, "x/*");
  subscribe(b, "*");
  EXPECT_EQ(matches("x/1"), 3U);
  EXPECT_EQ(matches("x/2"), 2U);
  EXPECT_EQ(matches("y"), 1U);
  EXPECT_EQ(matches("hub/presence"), 0U);  // globs reach hub/ only if they start with it
  subscribe(a, "hub/*");
  EXPECT_EQ(matches("hub/presence"), 1U);
}

TEST_F(TopicsTest, RememberedMatchesFollowChanges) {
  EXPECT_EQ(matches("x"), 0U);
  const SubscriptionId exact = subscribe(a, "x");
  EXPECT_EQ(matches("x"), 1U);
  const SubscriptionId glob = subscribe(b, "x*");
  EXPECT_EQ(matches("x"), 2U);
  topics.unsubscribe(*registry.find(a), exact);
  EXPECT_EQ(matches("x"), 1U);
  topics.unsubscribe(*registry.find(b), glob);
  EXPECT_EQ(matches("x"), 0U);
  EXPECT_EQ(topics.size(), 0U);
}

TEST_F(TopicsTest, AgainKeepsTheSubscription) {
  const SubscriptionId first = subscribe(a, "x");
  EXPECT_EQ(subscribe(a, "x"), first);
  EXPECT_EQ(topics.of(*registry.find(a), "x"), first);
  const std::string public_id = topics.find(first)->public_id.str();
  EXPECT_EQ(topics.with_public_id(*registry.find(a), public_id), first);
  EXPECT_FALSE(topics.with_public_id(*registry.find(b), public_id).valid());
}

TEST_F(TopicsTest, AbandonedOnesLeaveByAndBy) {
  for (int i = 0; i < 10; ++i) {
    subscribe(a, "t" + std::to_string(i));
    subscribe(b, "t" + std::to_string(i));
  }
  topics.abandon_all(*registry.find(a));
  EXPECT_EQ(topics.subscription_count(), 10U);
  EXPECT_TRUE(topics.reaping());
  topics.reap(9);
  EXPECT_TRUE(topics.reaping());
  topics.reap(9);
  EXPECT_FALSE(topics.reaping());
  EXPECT_EQ(topics.subscription_count(), 10U);
  EXPECT_EQ(matches("t3"), 1U);
}

TEST_F(TopicsTest, MovingKeepsBothSidesConsistent) {
  subscribe(a, "both");
  subscribe(a, "only-a");
  subscribe(b, "both");
  topics.move_all(*registry.find(a), b, *registry.find(b));
  topics.reap(100);
  EXPECT_TRUE(registry.find(a)->subscriptions.empty());
  EXPECT_EQ(registry.find(b)->subscriptions.size(), 2U);
  EXPECT_EQ(matches("both"), 1U);
  EXPECT_EQ(topics.topic(topics.matching("only-a")[0]).members[0].actor, b);
}

}  // namespace
}  // namespace signal_hub::core
