// Actors that are offline: away, dormant, recovered; and what waits for them.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "world.hpp"

namespace signal_hub::core {
namespace {

HubSettings patient() {
  HubSettings s = World::defaults();
  s.grace = 30s;
  return s;
}

/// A world with a store that commits when it is told to.
class AwayWorld : public World {
 public:
  explicit AwayWorld(HubSettings settings = patient()) : World(std::move(settings)) {}

  void lose(ConnId conn) {
    hub.closed(conn, false, now());
    flush();
  }

  Batch commit() {
    if (hub.journal().empty()) return {};
    Batch batch = hub.take_batch(now());
    hub.durable(batch.seq, {}, now());
    flush();
    return batch;
  }

  std::string status_of(ConnId asker, const std::string& from, const std::string& address) {
    const auto found = ask(asker, from, "hub:discover", "{\"pattern\":\"" + address + "\"}");
    const std::string actors = payload_of(found, "actors");
    if (actors.find("\"away\"") != std::string::npos) return "away";
    return actors.find("\"online\"") != std::string::npos ? "online" : "none";
  }
};

std::vector<std::string> types(const std::vector<std::string>& messages) {
  std::vector<std::string> out;
  for (const auto& m : messages) out.push_back(type_of(m));
  return out;
}

TEST(Away, ALostSessionLeavesItsActorsForTheGrace) {
  AwayWorld w;
  const ConnId a = w.member("@(a)");
  const ConnId b = w.member("@(b)");
  w.lose(a);
  EXPECT_EQ(w.status_of(b, "@(b)", "@(a)"), "away");
  EXPECT_EQ(w.stats().actors_away, 1U);
  w.advance(29'999ms);
  EXPECT_EQ(w.status_of(b, "@(b)", "@(a)"), "away");
  w.advance(1ms);
  EXPECT_EQ(w.status_of(b, "@(b)", "@(a)"), "none");
  EXPECT_EQ(w.stats().actors_away, 0U);
}

TEST(Away, ACleanEndUnregisters) {
  AwayWorld w;
  const ConnId a = w.member("@(a)");
  const ConnId b = w.member("@(b)");
  w.hub.closed(a, true, w.now());
  EXPECT_EQ(w.status_of(b, "@(b)", "@(a)"), "none");
}

TEST(Away, EndsWithItsTtlIfThatIsFirst) {
  AwayWorld w;
  const ConnId a = w.connect("@(a)");
  w.ask(a, "@(a)", "hub:register",
        R"j({"actorAddress":"@(a)","capabilities":["t"],"ttlSeconds":5})j");
  const ConnId b = w.member("@(b)");
  w.lose(a);
  w.advance(5'000ms);
  EXPECT_EQ(w.status_of(b, "@(b)", "@(a)"), "none");
}

TEST(Away, TheSameIdentityResumesWithItsSubscriptionsAndMailInOrder) {
  AwayWorld w;
  const ConnId a = w.member("@(a)");
  w.ask(a, "@(a)", "hub:subscribe", R"({"topic":"news"})");
  const ConnId b = w.member("@(b)");
  w.lose(a);
  for (const char* n : {"1", "2"}) {
    w.tell(b, "@(b)", "hub:send", "{\"type\":\"n\",\"data\":" + std::string(n) + "}", "@(a)");
  }
  const auto published = w.ask(b, "@(b)", "hub:publish", R"({"topic":"news","type":"n","data":3})");
  EXPECT_EQ(payload_of(published, "subscriberCount"), "1");
  const auto spread =
      w.ask(b, "@(b)", "hub:broadcast", R"({"type":"n","data":4,"excludeSelf":true})");
  EXPECT_EQ(payload_of(spread, "queuedCount"), "1");
  EXPECT_EQ(payload_of(spread, "deliveredCount"), "0");
  const ConnId back = w.connect("@(a)");
  w.frame(back, w.message("@(a)", "hub:register", World::registration("@(a)")));
  w.flush();
  const auto got = w.take(back);
  ASSERT_EQ(got.size(), 5U);
  EXPECT_EQ(payload_of(got[0], "resumed"), "true");
  EXPECT_EQ(payload_of(got[0], "subscriptions"), R"(["news"])");
  for (std::size_t i = 1; i < 5; ++i) {
    EXPECT_NE(got[i].find("\"payload\":" + std::to_string(i)), std::string::npos) << got[i];
  }
  EXPECT_EQ(w.stats().mail_messages, 0U);
}

TEST(Away, AStrangerIsRegisteredAfreshAndStoredMessagesBecomeDeadLetters) {
  AwayWorld w;
  const ConnId a = w.member("@(a)");
  w.ask(a, "@(a)", "hub:subscribe", R"({"topic":"news"})");
  const ConnId b = w.member("@(b)");
  w.lose(a);
  w.frame(b, w.message("@(b)", "hub:send", R"({"type":"n","data":1})", "{}", "@(a)"));
  w.commit();
  EXPECT_EQ(payload_of(w.take(b).back(), "status"), "\"queued\"");
  const ConnId other = w.connect("@(x)");
  const auto registered = w.ask(other, "@(x)", "hub:register", World::registration("@(a)"));
  EXPECT_EQ(payload_of(registered, "resumed"), "false");
  EXPECT_EQ(payload_of(registered, "subscriptions"), "[]");
  w.commit();
  const auto told = w.take(b);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(payload_of(told[0], "code"), "\"dead_lettered\"");
  EXPECT_EQ(w.stats().dead_lettered, 1U);
}

TEST(Away, TheRenewalTokenResumesWhoeverBearsIt) {
  AwayWorld w;
  const ConnId a = w.connect("@(a)");
  const auto first = w.ask(a, "@(a)", "hub:register", World::registration("@(a)"));
  const std::string token = payload_of(first, "renewalToken");
  w.lose(a);
  const ConnId other = w.connect("@(x)");
  const auto again =
      w.ask(other, "@(x)", "hub:register",
            R"j({"actorAddress":"@(a)","capabilities":["t"],"renewalToken":)j" + token + "}");
  EXPECT_EQ(payload_of(again, "resumed"), "true");
  EXPECT_EQ(payload_of(again, "version"), "2");
}

TEST(Away, AnAskIsAnsweredQueuedOnlyAfterItsCommitAndDeliveredOnce) {
  AwayWorld w;
  const ConnId a = w.member("@(a)");
  const ConnId b = w.member("@(b)");
  w.commit();
  w.lose(a);
  w.frame(b, w.message("@(b)", "hub:send", R"({"type":"n","data":7})", "{}", "@(a)"));
  w.flush();
  EXPECT_TRUE(w.take(b).empty());
  EXPECT_TRUE(w.hub.journal().urgent());
  const Batch batch = w.commit();
  EXPECT_TRUE(std::holds_alternative<MessageRow>(batch.entries.back().entry));
  EXPECT_EQ(payload_of(w.take(b).at(0), "status"), "\"queued\"");
  const ConnId back = w.member("@(a)");
  w.flush();
  const Batch after = w.commit();
  EXPECT_TRUE(std::holds_alternative<MessageDone>(after.entries.back().entry));
  w.lose(back);
  const ConnId again = w.connect("@(a)");
  w.frame(again, w.message("@(a)", "hub:register", World::registration("@(a)")));
  w.flush();
  EXPECT_EQ(types(w.take(again)), std::vector<std::string>{"hub:registered"});
}

TEST(Away, AStoredMessageWaitsForItsCommitAndHoldsBackWhatFollows) {
  AwayWorld w;
  const ConnId a = w.member("@(a)");
  const ConnId b = w.member("@(b)");
  w.lose(a);
  w.frame(b, w.message("@(b)", "hub:send", R"({"type":"n","data":1})", "{}", "@(a)"));
  const ConnId back = w.connect("@(a)");
  w.frame(back, w.message("@(a)", "hub:register", World::registration("@(a)")));
  w.tell(b, "@(b)", "hub:send", R"({"type":"n","data":2})", "@(a)");
  w.flush();
  EXPECT_EQ(w.take(back).size(), 1U);
  w.commit();
  const auto got = w.take(back);
  ASSERT_EQ(got.size(), 2U);
  EXPECT_NE(got[0].find("\"payload\":1"), std::string::npos);
  EXPECT_NE(got[1].find("\"payload\":2"), std::string::npos);
}

TEST(Away, AStoredMessageReturnsToItsMailboxIfItsSocketIsLost) {
  AwayWorld w;
  const ConnId a = w.member("@(a)");
  const ConnId b = w.member("@(b)");
  w.lose(a);
  w.frame(b, w.message("@(b)", "hub:send", R"({"type":"n","data":1})", "{}", "@(a)"));
  w.commit();
  const ConnId back = w.connect("@(a)");
  w.blocked[back.slot] = true;
  w.frame(back, w.message("@(a)", "hub:register", World::registration("@(a)")));
  w.flush();
  EXPECT_EQ(w.stats().mail_messages, 0U);
  w.lose(back);
  EXPECT_EQ(w.stats().mail_messages, 1U);
}

TEST(Away, NothingIsPromisedWhileTheStoreFails) {
  AwayWorld w;
  const ConnId a = w.member("@(a)");
  const ConnId b = w.member("@(b)");
  w.lose(a);
  w.commit();
  w.hub.store_failed();
  const auto refused = w.ask(b, "@(b)", "hub:send", R"({"type":"n","data":1})", "{}", "@(a)");
  EXPECT_EQ(payload_of(refused, "code"), "\"internal_error\"");
  EXPECT_EQ(payload_of(refused, "retryable"), "true");
  const auto durable = w.ask(b, "@(b)", "hub:subscribe", R"({"topic":"t","durable":true})");
  EXPECT_EQ(payload_of(durable, "code"), "\"internal_error\"");
  w.hub.durable(w.hub.journal().last_seq(), {}, w.now());
  w.frame(b, w.message("@(b)", "hub:subscribe", R"({"topic":"t","durable":true})"));
  w.commit();
  EXPECT_EQ(payload_of(w.take(b).at(0), "durable"), "true");
}

TEST(Away, WhatTheStoreRefusesForGoodIsAnInternalError) {
  AwayWorld w;
  const ConnId b = w.connect("@(b)");
  w.frame(b, w.message("@(b)", "hub:register", World::registration("@(b)"), R"({"durable":true})"));
  w.flush();
  EXPECT_TRUE(w.take(b).empty());
  const Batch batch = w.hub.take_batch(w.now());
  w.hub.durable(batch.seq, {batch.entries.back().seq}, w.now());
  w.flush();
  EXPECT_EQ(payload_of(w.take(b).at(0), "code"), "\"internal_error\"");
}

TEST(Away, ARefusedMessageHoldsNothingBack) {
  AwayWorld w;
  const ConnId a = w.member("@(a)");
  const ConnId b = w.member("@(b)");
  w.lose(a);
  w.commit();
  w.frame(b, w.message("@(b)", "hub:send", R"({"type":"n","data":1})", "{}", "@(a)"));
  const Batch batch = w.hub.take_batch(w.now());
  const ConnId back = w.connect("@(a)");
  w.frame(back, w.message("@(a)", "hub:register", World::registration("@(a)")));
  w.tell(b, "@(b)", "hub:send", R"({"type":"n","data":2})", "@(a)");
  w.hub.durable(batch.seq, {batch.seq}, w.now());
  w.flush();
  EXPECT_EQ(payload_of(w.take(b).at(0), "code"), "\"internal_error\"");
  const auto got = w.take(back);
  ASSERT_EQ(got.size(), 2U);
  EXPECT_NE(got[1].find("\"payload\":2"), std::string::npos);
}

TEST(Away, AMailboxDropsItsOldestAndRefusesWhenAllIsPromised) {
  HubSettings s = patient();
  s.queue_limit = 2;
  AwayWorld w(s);
  const ConnId a = w.member("@(a)");
  const ConnId b = w.member("@(b)");
  w.lose(a);
  for (const char* n : {"1", "2", "3"}) {
    w.tell(b, "@(b)", "hub:send", "{\"type\":\"n\",\"data\":" + std::string(n) + "}", "@(a)");
  }
  EXPECT_EQ(w.stats().dropped[static_cast<std::size_t>(DropReason::mailbox_full)], 1U);
  for (int i = 0; i < 3; ++i) {
    w.frame(b, w.message("@(b)", "hub:send", R"({"type":"n","data":9})", "{}", "@(a)"));
  }
  w.commit();
  const auto got = w.take(b);
  ASSERT_EQ(got.size(), 3U);
  EXPECT_EQ(payload_of(got[0], "code"), "\"queue_full\"");
  EXPECT_EQ(payload_of(got[1], "status"), "\"queued\"");
  EXPECT_EQ(payload_of(got[2], "status"), "\"queued\"");
}

TEST(Away, DurableSubscriptionsOutliveTheRegistration) {
  HubSettings s = patient();
  s.durable_ttl = 1h;
  AwayWorld w(s);
  const ConnId a = w.member("@(a)");
  w.frame(a, w.message("@(a)", "hub:subscribe", R"({"topic":"keep","durable":true})"));
  w.ask(a, "@(a)", "hub:subscribe", R"({"topic":"pass"})");
  w.commit();
  const ConnId b = w.member("@(b)");
  w.hub.closed(a, true, w.now());
  EXPECT_EQ(w.status_of(b, "@(b)", "@(a)"), "none");
  EXPECT_EQ(w.stats().actors_dormant, 1U);
  w.tell(b, "@(b)", "hub:publish", R"({"topic":"keep","type":"n","data":1})");
  w.tell(b, "@(b)", "hub:publish", R"({"topic":"pass","type":"n","data":2})");
  const ConnId back = w.connect("@(a)");
  w.frame(back, w.message("@(a)", "hub:register", World::registration("@(a)")));
  w.flush();
  const auto got = w.take(back);
  ASSERT_EQ(got.size(), 2U);  // registered, one publication
  EXPECT_EQ(payload_of(got[0], "subscriptions"), R"(["keep"])");
  EXPECT_NE(got[1].find("\"payload\":1"), std::string::npos);
  w.hub.closed(back, true, w.now());
  w.advance(1h);
  EXPECT_EQ(w.stats().actors_dormant, 0U);
  EXPECT_EQ(w.stats().subscriptions, 0U);
}

TEST(Away, DormantAddressesTakeTheirPlaceInTheRegistry) {
  HubSettings s = patient();
  s.max_actors = 2;
  AwayWorld w(s);
  const ConnId a = w.member("@(a)");
  w.ask(a, "@(a)", "hub:subscribe", R"({"topic":"t","durable":true})");
  w.hub.closed(a, true, w.now());
  w.member("@(b)");
  const ConnId c = w.connect("@(c)");
  const auto full = w.ask(c, "@(c)", "hub:register", World::registration("@(c)"));
  EXPECT_EQ(payload_of(full, "code"), "\"registry_full\"");
  const ConnId back = w.connect("@(a)");
  const auto again = w.ask(back, "@(a)", "hub:register", World::registration("@(a)"));
  EXPECT_EQ(payload_of(again, "resumed"), "true");
}

TEST(Away, OnlyTheRegisteredSubscribeDurably) {
  AwayWorld w;
  const ConnId a = w.connect("@(a)");
  const auto refused = w.ask(a, "@(a)", "hub:subscribe", R"({"topic":"t","durable":true})");
  EXPECT_EQ(payload_of(refused, "code"), "\"invalid_message\"");
}

TEST(Away, PublicationsOfAnEndedSubscriptionAreNotDeliveredAfterIt) {
  AwayWorld w;
  const ConnId a = w.member("@(a)");
  w.ask(a, "@(a)", "hub:subscribe", R"({"topic":"t"})");
  const ConnId b = w.member("@(b)");
  w.lose(a);
  for (int i = 0; i < 200; ++i) {
    w.tell(b, "@(b)", "hub:publish", R"({"topic":"t","type":"n","data":1})");
  }
  const ConnId back = w.connect("@(a)");
  w.blocked[back.slot] = true;
  w.frame(back, w.message("@(a)", "hub:register", World::registration("@(a)")));
  w.frame(back, w.message("@(a)", "hub:unsubscribe", R"({"topic":"t"})"));
  w.blocked.clear();
  w.write(back);
  w.flush();
  const auto got = types(w.take(back));
  const auto last = std::find(got.begin(), got.end(), "hub:unsubscribed");
  ASSERT_NE(last, got.end());
  EXPECT_EQ(last + 1, got.end());
}

TEST(Away, NothingWaitsForAnActorThatIsRemoved) {
  AwayWorld w;
  const ConnId a = w.member("@(a)");
  w.ask(a, "@(a)", "hub:subscribe", R"({"topic":"t"})");
  const ConnId b = w.member("@(b)");
  w.lose(a);
  w.tell(b, "@(b)", "hub:publish", R"({"topic":"t","type":"n","data":1})");
  EXPECT_EQ(w.stats().mail_messages, 1U);
  w.advance(30s);
  EXPECT_EQ(w.stats().mail_messages, 0U);
}

TEST(Away, AnAskThatMakesRoomInAMailboxIsToldThatItWasFull) {
  HubSettings s = patient();
  s.queue_limit = 100;
  AwayWorld w(s);
  const ConnId a = w.member("@(a)");
  const ConnId b = w.member("@(b)");
  w.lose(a);
  for (int i = 0; i < 100; ++i) {
    w.tell(b, "@(b)", "hub:send", R"({"type":"n","data":1})", "@(a)");
  }
  const ConnId back = w.connect("@(a)");
  w.blocked[back.slot] = true;
  w.frame(back, w.message("@(a)", "hub:register", World::registration("@(a)")));
  w.frame(b, w.message("@(b)", "hub:send", R"({"type":"n","data":2})", "{}", "@(a)"));
  for (int i = 0; i < 100; ++i) {
    w.tell(b, "@(b)", "hub:send", R"({"type":"n","data":3})", "@(a)");
  }
  w.flush();
  EXPECT_EQ(payload_of(w.take(b).at(0), "code"), "\"queue_full\"");
}

TEST(Away, AnAskForAMailboxFullOfPromisesIsToldSo) {
  HubSettings s = patient();
  s.queue_limit = 1;
  AwayWorld w(s);
  const ConnId a = w.member("@(a)");
  const ConnId b = w.member("@(b)");
  w.lose(a);
  w.frame(b, w.message("@(b)", "hub:send", R"({"type":"n","data":1})", "{}", "@(a)"));
  const ConnId back = w.connect("@(a)");
  w.frame(back, w.message("@(a)", "hub:register", World::registration("@(a)")));
  w.frame(b, w.message("@(b)", "hub:send", R"({"type":"n","data":2})", "{}", "@(a)"));
  w.flush();
  EXPECT_EQ(payload_of(w.take(b).at(0), "code"), "\"queue_full\"");
}

TEST(Away, StoredMessagesOfADisplacedSessionComeFirstInTheNewOne) {
  AwayWorld w;
  const ConnId a = w.member("@(a)");
  const ConnId b = w.member("@(b)");
  w.lose(a);
  w.frame(b, w.message("@(b)", "hub:send", R"({"type":"n","data":1})", "{}", "@(a)"));
  w.commit();
  const ConnId first = w.connect("@(a)");
  w.blocked[first.slot] = true;
  w.frame(first, w.message("@(a)", "hub:register", World::registration("@(a)")));
  w.flush();
  const ConnId second = w.connect("@(a)");
  w.frame(second, w.message("@(a)", "hub:register", World::registration("@(a)")));
  w.tell(b, "@(b)", "hub:send", R"({"type":"n","data":2})", "@(a)");
  w.flush();
  const auto got = w.take(second);
  ASSERT_EQ(got.size(), 3U);
  EXPECT_NE(got[1].find("\"payload\":1"), std::string::npos);
  EXPECT_NE(got[2].find("\"payload\":2"), std::string::npos);
}

std::size_t closes(const World& w, ConnId conn) {
  std::size_t n = 0;
  for (const Command& c : w.commands) {
    const auto* close = std::get_if<CloseCommand>(&c);
    n += close != nullptr && close->conn == conn ? 1 : 0;
  }
  return n;
}

TEST(Farewell, ADrainLeavesAfterTheWaitingAnswers) {
  AwayWorld w;
  const ConnId a = w.connect("@(a)");
  w.frame(a, w.message("@(a)", "hub:register", World::registration("@(a)"), R"({"durable":true})"));
  w.hub.drain(1s, w.now());
  w.flush();
  EXPECT_TRUE(w.take(a).empty());
  w.commit();
  EXPECT_EQ(types(w.take(a)), (std::vector<std::string>{"hub:registered", "hub:disconnect"}));
  EXPECT_EQ(closes(w, a), 1U);
}

TEST(Farewell, ADrainDoesNotWaitLongerThanTwoSeconds) {
  AwayWorld w;
  const ConnId a = w.connect("@(a)");
  w.frame(a, w.message("@(a)", "hub:register", World::registration("@(a)"), R"({"durable":true})"));
  w.hub.drain(1s, w.now());
  w.advance(2s);
  w.flush();
  EXPECT_EQ(types(w.take(a)), std::vector<std::string>{"hub:disconnect"});
}

TEST(Farewell, OneThatIsOvertakenByAnotherCloseIsGivenUp) {
  AwayWorld w;
  const ConnId a = w.member("@(a)");
  w.frame(a, w.message("@(a)", "hub:register", World::registration("@(a)"), R"({"durable":true})"));
  w.frame(a, w.message("@(a)", "hub:disconnect", "{}", "{}", World::hub_address, "tell"));
  w.hub.drain(1s, w.now());
  w.commit();
  w.advance(5s);
  w.flush();
  EXPECT_EQ(closes(w, a), 1U);
  EXPECT_EQ(types(w.take(a)), (std::vector<std::string>{"hub:registered", "hub:disconnect"}));
}

}  // namespace
}  // namespace signal_hub::core
