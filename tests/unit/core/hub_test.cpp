// The hub as a whole: what time does, order, budgets, effects. What one message is answered with is
// tried against the built hub.
#include <gtest/gtest.h>

#include <set>

#include "base/limits.hpp"
#include "world.hpp"

namespace signal_hub::core {
namespace {

TEST(Hub, SameSeedSameBytes) {
  const auto play = [] {
    World w;
    const ConnId a = w.member("@(a)");
    const ConnId b = w.member("@(b)");
    w.ask(b, "@(b)", "hub:subscribe", R"({"topic":"t"})");
    w.ask(a, "@(a)", "hub:publish", R"({"topic":"t","type":"x","data":1})");
    w.ask(a, "@(a)", "hub:send", R"({"type":"x"})", "{}", "@(b)");
    w.flush();
    std::string all;
    for (const ConnId conn : {a, b}) {
      for (const std::string& message : w.take(conn)) all += message;
    }
    return all;
  };
  EXPECT_EQ(play(), play());
}

TEST(Hub, ConnectTimeoutClosesThenCuts) {
  World w;
  const ConnId conn = w.open();
  w.advance(4'999ms);
  w.flush();
  EXPECT_EQ(w.command<CloseCommand>(conn), nullptr);
  w.advance(1ms);
  w.flush();
  ASSERT_NE(w.command<CloseCommand>(conn), nullptr);
  EXPECT_EQ(w.command<CloseCommand>(conn)->code, 1008);
  EXPECT_EQ(w.command<CutCommand>(conn), nullptr);
  w.advance(2'000ms);
  w.flush();
  EXPECT_NE(w.command<CutCommand>(conn), nullptr);
}

TEST(Hub, IdleSessionsEndUnlessTheyShowLife) {
  World w;
  const ConnId silent = w.member("@(silent)");
  const ConnId alive = w.member("@(alive)");
  for (int i = 0; i < 6; ++i) {
    w.advance(10'000ms);
    w.hub.alive(alive, w.now());
    w.flush();
  }
  w.advance(1ms);
  w.flush();
  ASSERT_NE(w.command<CloseCommand>(silent), nullptr);
  EXPECT_EQ(payload_of(w.take(silent).back(), "reason"), "\"idle\"");
  EXPECT_EQ(w.command<CloseCommand>(alive), nullptr);
  EXPECT_EQ(w.stats().actors, 1U);
}

TEST(Hub, RegistrationsExpireByTimer) {
  World w;
  const ConnId conn = w.connect("@(a)");
  w.ask(conn, "@(a)", "hub:register",
        R"j({"actorAddress":"@(a)","capabilities":["t"],"ttlSeconds":10})j");
  w.advance(9'999ms);
  EXPECT_EQ(w.stats().actors, 1U);
  EXPECT_LE(w.hub.next_deadline(), MonoTime{w.clock + 1ms});
  w.advance(1ms);
  EXPECT_EQ(w.stats().actors, 0U);
}

TEST(Hub, LargeFanOutsAreSpreadAndTheSenderWaits) {
  HubSettings settings = World::defaults();
  settings.fanout_slice = 10;
  World w(settings);
  std::vector<ConnId> listeners;
  for (int i = 0; i < 25; ++i) {
    const std::string address = "@(l" + std::to_string(i) + ")";
    listeners.push_back(w.connect(address));
    w.ask(listeners.back(), address, "hub:subscribe", R"({"topic":"t"})");
  }
  const ConnId sender = w.connect("@(s)");
  for (int n = 0; n < 3; ++n) {
    w.tell(sender, "@(s)", "hub:publish",
           R"({"topic":"t","type":"n","data":)" + std::to_string(n) + "}");
  }
  w.flush();
  EXPECT_EQ(w.hub.next_deadline(), MonoTime::min());
  EXPECT_TRUE(w.take(listeners[0]).empty());
  int turns = 0;
  for (; w.hub.next_deadline() == MonoTime::min(); ++turns) {
    w.hub.tick(w.now());
    w.flush();
  }
  EXPECT_GE(turns, 9);
  for (const ConnId listener : listeners) {
    const auto got = w.take(listener);
    ASSERT_EQ(got.size(), 3U);
    for (int n = 0; n < 3; ++n) {
      EXPECT_NE(got[static_cast<std::size_t>(n)].find("\"payload\":" + std::to_string(n)),
                std::string::npos);
    }
  }
}

TEST(Hub, PublicationsOfOthersWaitBehindTheTopicsFanOut) {
  HubSettings settings = World::defaults();
  settings.fanout_slice = 2;
  World w(settings);
  std::vector<ConnId> listeners;
  for (int i = 0; i < 5; ++i) {
    const std::string address = "@(l" + std::to_string(i) + ")";
    listeners.push_back(w.connect(address));
    w.ask(listeners.back(), address, "hub:subscribe", R"({"topic":"t"})");
  }
  const ConnId one = w.connect("@(one)");
  const ConnId two = w.connect("@(two)");
  w.tell(one, "@(one)", "hub:publish", R"({"topic":"t","type":"n","data":1})");
  w.tell(two, "@(two)", "hub:publish", R"({"topic":"t","type":"n","data":2})");
  while (w.hub.next_deadline() == MonoTime::min()) w.hub.tick(w.now());
  w.flush();
  for (const ConnId listener : listeners) {
    const auto got = w.take(listener);
    ASSERT_EQ(got.size(), 2U);
    EXPECT_NE(got[0].find("\"payload\":1"), std::string::npos);
    EXPECT_NE(got[1].find("\"payload\":2"), std::string::npos);
  }
}

/// Five listeners, two of them served a turn, and three publications on their way.
struct SlicedFanOut {
  static HubSettings settings() {
    HubSettings settings = World::defaults();
    settings.fanout_slice = 2;
    return settings;
  }
  SlicedFanOut() : w(settings()) {
    for (int i = 0; i < 5; ++i) {
      const std::string address = "@(l" + std::to_string(i) + ")";
      listeners.push_back(w.connect(address));
      w.ask(listeners.back(), address, "hub:subscribe", R"({"topic":"t"})");
    }
    const ConnId sender = w.connect("@(s)");
    for (int n = 0; n < 3; ++n) {
      w.tell(sender, "@(s)", "hub:publish", R"({"topic":"t","type":"n","data":1})");
    }
  }
  World w;
  std::vector<ConnId> listeners;
};

TEST(Hub, DeliveriesOfFanOutsThatFollowEachOtherShareAWrite) {
  SlicedFanOut f;
  while (f.w.hub.next_deadline() == MonoTime::min()) {
    f.w.hub.tick(f.w.now());
    f.w.flush();
    const std::size_t got = f.w.take(f.listeners[0]).size();
    EXPECT_TRUE(got == 0 || got == 3) << got;
  }
  EXPECT_EQ(f.w.take(f.listeners[4]).size(), 3U);
}

TEST(Hub, ASharedWriteDoesNotKeepAnAnswerWaitingNorMessagesForLong) {
  SlicedFanOut f;
  f.w.hub.tick(f.w.now());
  f.w.flush();
  EXPECT_TRUE(f.w.take(f.listeners[0]).empty());
  // The answer takes along what waits before it.
  EXPECT_NE(f.w.ask(f.listeners[0], "@(l0)", "hub:heartbeat", "{}").find("heartbeat_ack"),
            std::string::npos);
  EXPECT_TRUE(f.w.take(f.listeners[1]).empty());
  f.w.advance(limits::coalesced_time);
  f.w.flush();
  EXPECT_FALSE(f.w.take(f.listeners[1]).empty());
  EXPECT_EQ(f.w.hub.next_deadline(), MonoTime::min()) << "there is more to come";
}

TEST(Hub, AnAskSenderLearnsThatItsTargetVanishedBeforeTheWrite) {
  World w;
  const ConnId sender = w.member("@(s)");
  const ConnId target = w.member("@(t)");
  w.blocked[target.slot] = true;
  w.frame(sender, w.message("@(s)", "hub:send", R"({"type":"x"})", "{}", "@(t)"));
  w.flush();
  EXPECT_TRUE(w.take(sender).empty());
  w.hub.closed(target, false, w.now());
  w.flush();
  EXPECT_EQ(type_of(w.take(sender).back()), "hub:unknown_actor");
}

TEST(Hub, DisconnectWaitsForOpenAnswersAtMostTwoSeconds) {
  World w;
  const ConnId sender = w.member("@(s)");
  const ConnId target = w.member("@(t)");
  w.blocked[target.slot] = true;
  w.frame(sender, w.message("@(s)", "hub:send", R"({"type":"x"})", "{}", "@(t)"));
  w.tell(sender, "@(s)", "hub:disconnect", "null");
  w.flush();
  EXPECT_TRUE(w.take(sender).empty());
  w.advance(2'000ms);
  w.flush();
  EXPECT_EQ(payload_of(w.take(sender).back(), "acknowledged"), "true");
  EXPECT_EQ(w.command<CloseCommand>(sender)->code, 1000);
}

TEST(Hub, SlowConsumersAreCutAndTheirMemoryReturns) {
  HubSettings settings = World::defaults();
  settings.max_queue_bytes = 100'000;
  World w(settings);
  const ConnId sender = w.member("@(s)");
  const ConnId slow = w.member("@(t)");
  w.blocked[slow.slot] = true;
  const std::string payload = R"({"type":"x","data":")" + std::string(9'000, 'x') + "\"}";
  for (int i = 0; i < 12; ++i) w.tell(sender, "@(s)", "hub:send", payload, "@(t)");
  w.flush();
  ASSERT_NE(w.command<CloseCommand>(slow), nullptr);
  EXPECT_EQ(w.command<CloseCommand>(slow)->code, 1013);
  EXPECT_TRUE(w.happened(LogEvent::slow_consumer));
  EXPECT_LT(w.stats().queued_bytes, 1'000U);
  EXPECT_EQ(w.stats().actors, 1U);
  w.hub.closed(slow, false, w.now());
  EXPECT_EQ(w.stats().queued_bytes, 0U);
}

TEST(Hub, PauseOnceThenThrottleThenResume) {
  HubSettings settings = World::defaults();
  settings.pause_threshold = 5;
  settings.resume_threshold = 2;
  World w(settings);
  const ConnId sender = w.member("@(s)");
  const ConnId slow = w.member("@(t)");
  w.blocked[slow.slot] = true;
  for (int i = 0; i < 6; ++i) w.tell(sender, "@(s)", "hub:send", R"({"type":"x"})", "@(t)");
  w.flush();
  auto got = w.take(sender);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(type_of(got[0]), "hub:pause");
  EXPECT_EQ(w.command<ReadCommand>(sender), nullptr);
  w.tell(sender, "@(s)", "hub:send", R"({"type":"x"})", "@(t)");
  w.flush();
  ASSERT_NE(w.command<ReadCommand>(sender), nullptr);
  EXPECT_TRUE(w.command<ReadCommand>(sender)->paused);
  w.blocked.clear();
  w.write(slow);
  w.commands.clear();
  w.flush();
  got = w.take(sender);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(type_of(got[0]), "hub:resume");
  EXPECT_FALSE(w.command<ReadCommand>(sender)->paused);
}

TEST(Hub, ThrottlingLastsASecondAtMost) {
  HubSettings settings = World::defaults();
  settings.pause_threshold = 1;
  World w(settings);
  const ConnId sender = w.member("@(s)");
  const ConnId slow = w.member("@(t)");
  w.blocked[slow.slot] = true;
  for (int i = 0; i < 4; ++i) w.tell(sender, "@(s)", "hub:send", R"({"type":"x"})", "@(t)");
  w.flush();
  ASSERT_NE(w.command<ReadCommand>(sender), nullptr);
  w.commands.clear();
  w.advance(1'000ms);
  w.flush();
  ASSERT_NE(w.command<ReadCommand>(sender), nullptr);
  EXPECT_FALSE(w.command<ReadCommand>(sender)->paused);
}

TEST(Hub, LargePayloadsAreHeldOnceForAllRecipients) {
  World w;
  std::vector<ConnId> listeners;
  for (int i = 0; i < 50; ++i) {
    const std::string address = "@(l" + std::to_string(i) + ")";
    listeners.push_back(w.connect(address));
    w.ask(listeners.back(), address, "hub:subscribe", R"({"topic":"t"})");
    w.blocked[listeners.back().slot] = true;
  }
  const ConnId sender = w.connect("@(s)");
  w.tell(sender, "@(s)", "hub:publish",
         R"({"topic":"t","type":"x","data":")" + std::string(500'000, 'x') + "\"}");
  EXPECT_GT(w.stats().queued_bytes, 500'000U);
  EXPECT_LT(w.stats().queued_bytes, 520'000U);
  w.blocked.clear();
  for (const ConnId listener : listeners) w.write(listener);
  EXPECT_LT(w.stats().queued_bytes, 1'000U);
}

TEST(Hub, DrainTellsEverybodyWithASpread) {
  World w;
  std::vector<ConnId> sessions;
  for (int i = 0; i < 20; ++i) sessions.push_back(w.connect("@(a" + std::to_string(i) + ")"));
  for (const ConnId conn : sessions) w.take(conn);
  w.hub.drain(10'000ms, w.now());
  w.flush();
  std::set<std::string> after;
  for (const ConnId conn : sessions) {
    const std::string last = w.take(conn).back();
    EXPECT_EQ(payload_of(last, "reason"), "\"server_shutdown\"");
    after.insert(payload_of(last, "reconnectAfter"));
    EXPECT_EQ(w.command<CloseCommand>(conn)->code, 1001);
  }
  EXPECT_GT(after.size(), 10U);
  EXPECT_FALSE(w.hub.admit("x", w.now()).ok());
}

class OneActor final : public Authenticator {
 public:
  Result<Identity, AuthFailure> verify(std::string_view token, Now now) const override {
    if (token != "good") return fail(AuthFailure{AuthFailure::Kind::invalid_token, "bad"});
    return Identity{"@(me)", "me", now.wall + 600'000ms, std::nullopt, {}};
  }
};

TEST(Hub, ATokenNotRefreshedEndsTheSessionFiveMinutesAfterItsEnd) {
  const OneActor authenticator;
  HubSettings settings = World::defaults();
  settings.auth = true;
  settings.idle_timeout = 0ms;
  World w(settings, &authenticator);
  const ConnId conn = w.open();
  w.ask(conn, "@(x)", "hub:connect", "null",
        R"({"protocolVersion":"0.1.0","capabilities":["t"],"authToken":"good"})");
  w.advance(600'000ms + 299'999ms);
  w.flush();
  EXPECT_EQ(w.command<CloseCommand>(conn), nullptr);
  EXPECT_EQ(type_of(w.ask(conn, "@(me)", "hub:queue_stats", "null")), "hub:queue_stats_response");
  w.advance(1ms);
  w.flush();
  ASSERT_NE(w.command<CloseCommand>(conn), nullptr);
  EXPECT_EQ(w.command<CloseCommand>(conn)->code, 1008);
  EXPECT_EQ(payload_of(w.take(conn).back(), "reason"), "\"token_expired\"");
}

TEST(Hub, AThousandLeaversAreReapedInSlices) {
  World w;
  std::vector<ConnId> sessions;
  for (int i = 0; i < 30; ++i) {
    const std::string address = "@(a" + std::to_string(i) + ")";
    sessions.push_back(w.member(address));
    std::string topics;
    for (int t = 0; t < 100; ++t) topics += (t ? ",\"t" : "\"t") + std::to_string(t) + "\"";
    w.ask(sessions.back(), address, "hub:subscribe", R"({"topics":[)" + topics + "]}");
  }
  EXPECT_EQ(w.stats().subscriptions, 3'000U);
  for (const ConnId conn : sessions) w.hub.closed(conn, false, w.now());
  EXPECT_EQ(w.stats().subscriptions, 0U);
  const ConnId late = w.member("@(late)");
  EXPECT_EQ(payload_of(w.ask(late, "@(late)", "hub:publish", R"({"topic":"t1","type":"x"})"),
                       "subscriberCount"),
            "0");
  int turns = 0;
  for (; w.hub.next_deadline() == MonoTime::min(); ++turns) w.hub.tick(w.now());
  EXPECT_EQ(turns, 3);
  EXPECT_EQ(w.stats().topics, 0U);
}

TEST(Hub, StaleConnectionsAreIgnored) {
  World w;
  const ConnId conn = w.connect("@(a)");
  w.hub.closed(conn, true, w.now());
  w.hub.frame(conn, "{}", w.now());
  w.hub.closed(conn, true, w.now());
  w.hub.written(conn, w.now());
  w.hub.handed_over(conn, 0, w.now());
  w.hub.oversized(conn, 9, w.now());
  EXPECT_TRUE(w.hub.unsent(conn).empty());
  EXPECT_EQ(w.hub.connections(), 0U);
}

}  // namespace
}  // namespace signal_hub::core
