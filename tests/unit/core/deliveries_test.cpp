// Reliable delivery against literal clocks: what a system test cannot make happen.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "stored_world.hpp"

namespace signal_hub::core {
namespace {

TEST(Deliveries, NothingIsDeliveredNorAnsweredBeforeTheCommit) {
  Stored w;
  const ConnId a = w.member("@(a)");
  const ConnId b = w.acking("@(b)");
  w.take(b);
  w.frame(a, w.message("@(a)", "hub:send", R"({"type":"x"})", reliable, "@(b)"));
  w.flush();
  EXPECT_TRUE(w.take(b).empty());
  EXPECT_TRUE(w.take(a).empty());
  w.commit();
  EXPECT_EQ(with_type(w.take(b), "x"), 1U);
  EXPECT_EQ(with_type(w.take(a), "hub:delivery_ack"), 1U);
}

TEST(Deliveries, AJumpOfTheWallClockExpiresAndRepeatsNothing) {
  for (const Millis jump : {Millis{48h}, Millis{-48h}}) {
    Stored w;
    const ConnId a = w.member("@(a)");
    const ConnId b = w.acking("@(b)");
    w.take(b);
    w.hub.closed(b, false, w.at());
    std::string text = w.message("@(a)", "hub:send", R"({"type":"x"})", reliable, "@(b)");
    text.insert(text.size() - 1, R"(,"ttl":60000)");
    w.frame(a, text);
    w.commit();
    w.jumped = jump;
    w.pass(1s);
    EXPECT_EQ(w.stats().dead_lettered, 0U);
    const ConnId back = w.back("@(b)");
    w.read();
    EXPECT_EQ(with_type(w.take(back), "x"), 1U) << jump.count();
    w.pass(20s);
    EXPECT_EQ(with_type(w.take(back), "x"), 0U) << "its ack is not late";
    w.pass(41s);
    EXPECT_EQ(w.stats().ack_timeouts, 1U);
  }
}

TEST(Deliveries, AClockThatWasBackForAWhileMakesNoIdForgotten) {
  Stored w;
  const ConnId a = w.member("@(a)");
  w.member("@(b)");
  const std::string text = w.message("@(a)", "hub:send", R"({"type":"x"})", reliable, "@(b)");
  w.jumped = -2h;
  w.frame(a, text);
  w.commit();
  w.jumped = 0ms;
  w.send(a);
  w.take(a);
  w.frame(a, text);
  w.read();
  EXPECT_EQ(payload_of(w.take(a).back(), "duplicate"), "true");
}

TEST(Deliveries, AttemptsThatFailTogetherDoNotReturnTogether) {
  Stored w;
  const ConnId a = w.member("@(a)");
  const ConnId b = w.acking("@(b)");
  for (int i = 0; i < 4; ++i) w.send(a);
  w.take(b);
  w.pass(30s);
  EXPECT_EQ(w.stats().retries_pending, 4U);
  std::size_t moments = 0;
  for (int i = 0; i < 100; ++i) {
    w.pass(10ms);
    moments += w.take(b).empty() ? 0U : 1U;
  }
  EXPECT_GE(moments, 3U);
  EXPECT_EQ(w.stats().retries_pending, 0U);
}

TEST(Deliveries, ADeadTargetDelaysNoOther) {
  Stored w;
  const ConnId a = w.member("@(a)");
  const ConnId dead = w.acking("@(b)");
  const ConnId alive = w.acking("@(c)");
  for (int i = 0; i < 80; ++i) w.send(a);  // more than a window
  w.take(alive);
  w.frame(a, w.message("@(a)", "hub:send", R"({"type":"x"})", reliable, "@(c)"));
  w.commit();
  EXPECT_EQ(with_type(w.take(alive), "x"), 1U);
  EXPECT_EQ(with_type(w.take(dead), "x"), 64U);
}

TEST(Deliveries, TheBreakerOpensOnceAndLetsOneThrough) {
  Stored w;
  const ConnId a = w.member("@(a)");
  const ConnId b = w.acking("@(b)");
  for (int i = 0; i < 6; ++i) w.send(a);
  w.take(b);
  w.pass(30s);
  EXPECT_EQ(w.stats().breakers_open, 1U);
  w.pass(29s);
  EXPECT_TRUE(w.take(b).empty()) << "left alone";
  w.pass(1s);
  EXPECT_EQ(w.take(b).size(), 1U) << "the probe";
  w.pass(30s);
  EXPECT_EQ(w.stats().breakers_opened, 1U);
  EXPECT_EQ(w.stats().breakers_open, 1U) << "it failed";
  w.hub.closed(b, false, w.at());
  const ConnId back = w.back("@(b)");
  EXPECT_EQ(with_type(w.take(back), "x"), 1U) << "a return is tried at once";
}

TEST(Deliveries, AClockThatJumpsForgetsNoId) {
  for (const Millis jump : {Millis{3h}, Millis{-3h}}) {
    Stored w;
    const ConnId a = w.member("@(a)");
    w.member("@(b)");  // does not acknowledge: it is finished when its bytes have left
    const auto sent = [&w] {
      return w.message("@(a)", "hub:send", R"({"type":"x"})", reliable, "@(b)");
    };
    const std::string before = sent();
    w.hub.frame(a, before, w.at());
    w.commit();
    w.jumped = jump;
    const std::string after = sent();
    w.hub.frame(a, after, w.at());
    w.commit();
    for (int i = 0; i < 3; ++i) {  // what is old enough goes
      w.send(a);
      w.pass(1s);
    }
    w.take(a);
    for (const std::string& again : {before, after}) {
      w.hub.frame(a, again, w.at());
      w.read();
      const auto got = w.take(a);
      ASSERT_EQ(got.size(), 1U);
      EXPECT_EQ(payload_of(got[0], "duplicate"), "true") << jump.count() << ' ' << again;
    }
  }
}

TEST(Deliveries, ACrashBetweenTheCommitAndTheAnswerIsADuplicateLater) {
  Stored first;
  const ConnId a = first.member("@(a)");
  first.acking("@(b)");
  const std::string text = first.message("@(a)", "hub:send", R"({"type":"x"})", reliable, "@(b)");
  first.frame(a, text);
  const Batch batch = first.hub.take_batch(first.at());
  first.table.apply(batch);  // and nobody hears of it
  Stored second;
  Recovered recovered;
  recovered.run = 1;
  Restored done = second.hub.restore(recovered, second.at());
  const StoredMessage& row = first.table.waiting().begin()->second;
  RecoveredMessage m{row.position,    row.target, row.sender, row.message_id,
                     row.accepted_at, true,       true};
  m.promised = true;
  second.hub.restore_messages({&m, 1}, done, second.at());
  second.hub.finish_restore(done, second.at());
  second.table = first.table;
  const ConnId again = second.member("@(a)");
  second.take(again);
  second.frame(again, text);
  second.read();
  const auto got = second.take(again);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(payload_of(got[0], "duplicate"), "true");
}

TEST(Deliveries, OnlySoManyUnknownIdsAreLookedForAtATime) {
  Stored w;
  const ConnId a = w.member("@(a)");
  w.take(a);
  const auto ask_all = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::string id = "u" + std::to_string(i);
      w.frame(a, w.message("@(a)", "hub:status", R"({"messageId":")" + id + "\"}"));
    }
    w.flush();
  };
  ask_all(limits::status_searches + 1);
  const auto refused = w.take(a);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(payload_of(refused[0], "code"), R"("rate_limited")");
  w.read();
  EXPECT_EQ(with_type(w.take(a), "hub:status_response"), limits::status_searches);
  ask_all(1);
  w.read();
  EXPECT_EQ(with_type(w.take(a), "hub:status_response"), 1U);
}

TEST(Deliveries, ARetryBeforeTheCommitThatMemoryHasForgottenIsNoMessageOfItsOwn) {
  Stored w;
  HubSettings settings = Stored::settings();
  settings.dedupe_memory = 1;
  w.hub.reconfigure(settings);
  const ConnId a = w.member("@(a)");
  const ConnId b = w.acking("@(b)");
  w.take(b);
  const std::string text = w.message("@(a)", "hub:send", R"({"type":"x"})", reliable, "@(b)");
  w.frame(a, text);
  w.frame(a, w.message("@(a)", "hub:send", R"({"type":"x"})", reliable, "@(b)"));
  w.frame(a, text);
  w.read();
  w.commit();
  w.read();
  w.commit();
  EXPECT_EQ(with_type(w.take(b), "x"), 2U);
  const auto got = w.take(a);
  EXPECT_EQ(with_type(got, "hub:delivery_ack"), 3U);
  EXPECT_EQ(payload_of(got.back(), "duplicate"), "true");
}

TEST(Deliveries, TheLastAttemptIsTheLastThoughItsTargetUnregistersMeanwhile) {
  Stored w;
  HubSettings settings = Stored::settings();
  settings.max_attempts = 1;
  w.hub.reconfigure(settings);
  const ConnId a = w.member("@(a)");
  const ConnId b = w.acking("@(b)");
  w.frame(b, w.message("@(b)", "hub:subscribe", R"({"topic":"t","durable":true,"ack":true})"));
  w.commit();
  w.frame(a, w.message("@(a)", "hub:publish", R"({"topic":"t","type":"x"})", reliable));
  w.commit();
  EXPECT_EQ(with_type(w.take(b), "x"), 1U);
  w.ask(b, "@(b)", "hub:unregister", R"j({"actorAddress":"@(b)"})j");
  w.commit();
  EXPECT_EQ(w.stats().dead_lettered, 1U);
  EXPECT_EQ(w.table.dead().begin()->second.reason, "max_attempts");
  EXPECT_EQ(w.table.dead().begin()->second.attempts, 1U);
}

TEST(Deliveries, ANackForTheAttemptBeforeDoesNotEndTheOneOnItsWay) {
  Stored w;
  HubSettings settings = Stored::settings();
  settings.max_attempts = 2;
  w.hub.reconfigure(settings);
  const ConnId a = w.member("@(a)");
  const ConnId b = w.acking("@(b)");
  w.send(a);
  w.take(b);
  w.blocked[b.slot] = true;
  w.pass(30s);
  w.pass(1s);  // the second attempt waits for its connection
  ASSERT_EQ(w.stats().attempts, 2U);
  w.frame(b, w.message("@(b)", "hub:nack", R"({"deliveryId":"0-1"})"));
  w.commit();
  EXPECT_EQ(w.stats().dead_lettered, 0U);
  w.blocked.clear();
  w.write(b);
  const auto got = w.take(b);
  EXPECT_EQ(with_type(got, "x"), 1U);
  EXPECT_EQ(payload_of(got.back(), "known"), "true");
  w.ask(b, "@(b)", "hub:ack", R"({"deliveryId":"0-1"})");
  w.commit();
  EXPECT_EQ(w.stats().acknowledged, 1U);
}

TEST(Deliveries, WhoAcknowledgesOnlySinceAPublicationTakesNoPlaceOfAnothers) {
  Stored w;
  HubSettings settings = Stored::settings();
  settings.fanout_slice = 1;
  w.hub.reconfigure(settings);
  const ConnId a = w.member("@(a)");
  const ConnId b = w.acking("@(b)");
  const ConnId c = w.acking("@(c)");
  w.ask(c, "@(c)", "hub:subscribe", R"({"topic":"t"})");
  w.ask(b, "@(b)", "hub:subscribe", R"({"topic":"t","ack":true})");
  w.frame(a, w.message("@(a)", "hub:publish", R"({"topic":"t","type":"x"})", reliable));
  w.frame(c, w.message("@(c)", "hub:subscribe", R"({"topic":"t","ack":true})"));
  for (int slices = 0; slices < 2; ++slices) w.hub.tick(w.at());
  w.take(a);
  w.send(a);
  EXPECT_EQ(payload_of(w.take(a).front(), "queuedCount"), "1");
  const auto got = w.take(b);
  EXPECT_EQ(with_type(got, "x"), 2U);
  EXPECT_EQ(w.table.waiting().size(), 2U);
  for (const auto& [position, row] : w.table.waiting()) EXPECT_EQ(row.target, "@(b)");
}

TEST(Deliveries, APublicationRefusedInPartWhileItIsSpreadIsRefused) {
  for (const bool concluded : {false, true}) {
    Stored w;
    HubSettings settings = Stored::settings();
    settings.fanout_slice = 1;
    w.hub.reconfigure(settings);
    const ConnId a = w.member("@(a)");
    for (const std::string name : {"@(b)", "@(c)"}) {
      w.ask(w.acking(name), name, "hub:subscribe", R"({"topic":"t","ack":true})");
    }
    w.commit();
    w.take(a);
    w.frame(a, w.message("@(a)", "hub:publish", R"({"topic":"t","type":"x"})", reliable));
    const Batch first = w.hub.take_batch(w.at());
    if (!concluded) w.hub.durable(first.seq, {first.seq}, w.at());
    for (int slices = 0; slices < 2; ++slices) w.hub.tick(w.at());
    if (concluded) w.hub.durable(first.seq, {first.seq}, w.at());
    w.commit();
    w.read();
    EXPECT_EQ(payload_of(w.take(a).at(0), "code"), R"("internal_error")") << concluded;
  }
}

TEST(Deliveries, MailThatWasReadLeavesThoughMemoryIsFull) {
  Stored w;
  HubSettings settings = Stored::settings();
  settings.persistent = true;
  settings.ack_window = 1;
  settings.memory_limit = 60'000;
  w.hub.reconfigure(settings);
  const ConnId a = w.member("@(a)");
  w.hub.closed(w.acking("@(b)"), false, w.at());
  constexpr std::size_t all = 10;
  for (std::size_t i = 0; i < all; ++i) w.send(a, "\"" + std::string(10'000, 'x') + "\"");
  const ConnId b = w.back("@(b)");
  w.take(b);
  for (std::size_t n = 1; n <= all; ++n) {
    w.read();
    EXPECT_EQ(with_type(w.take(b), "x"), 1U) << n;
    w.tell(b, "@(b)", "hub:ack", R"({"deliveryId":"0-)" + std::to_string(n) + "\"}");
    w.commit();
  }
  EXPECT_EQ(w.stats().acknowledged, all);
}

TEST(Deliveries, AReceiptThatIsToldWhileItIsFetchedIsToldOnce) {
  Stored w;
  const ConnId a = w.member("@(a)");
  const ConnId b = w.acking("@(b)");
  w.send(a, "1");
  w.send(a, "2");
  w.hub.closed(a, false, w.at());
  w.ask(b, "@(b)", "hub:ack", R"({"deliveryId":"0-1"})");
  w.commit();
  const ConnId again = w.back("@(a)");  // and what it has not heard is asked of the store
  w.ask(b, "@(b)", "hub:ack", R"({"deliveryId":"0-2"})");
  const Batch batch = w.hub.take_batch(w.at());
  w.table.apply(batch);
  w.hub.durable(batch.seq, {}, w.at());
  w.read();
  EXPECT_EQ(with_type(w.take(again), "hub:delivery_ack"), 2U);
}

TEST(Deliveries, AWindowOfZeroRemembersIdsForEver) {
  Stored w;
  HubSettings settings = Stored::settings();
  settings.dedupe_window = 0ms;
  w.hub.reconfigure(settings);
  const ConnId a = w.member("@(a)");
  w.acking("@(b)");
  const std::string text = w.message("@(a)", "hub:send", R"({"type":"x"})", reliable, "@(b)");
  w.frame(a, text);
  w.commit();
  w.pass(3min);  // longer than answers are remembered
  w.take(a);
  w.frame(a, text);
  w.read();
  const auto got = w.take(a);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(payload_of(got[0], "duplicate"), "true");
}

}  // namespace
}  // namespace signal_hub::core
