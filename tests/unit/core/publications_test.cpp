// Publications that wait for subscribers: for whom, and until when.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "stored_world.hpp"

namespace signal_hub::core {
namespace {

constexpr std::string_view news = R"({"topic":"news/a","type":"x"})";

/// A publisher @(a), and @(b), which acknowledges.
struct Subscribed : Stored {
  void subscribe(const std::string& topic, const std::string& more) {
    ask(b, "@(b)", "hub:subscribe", R"({"topic":")" + topic + "\"" + more + "}");
    commit();
  }
  void unsubscribe(const std::string& topic) {
    ask(b, "@(b)", "hub:unsubscribe", R"({"topic":")" + topic + R"("})");
    commit();
  }
  void publish(std::string_view metadata = reliable) {
    frame(a, message("@(a)", "hub:publish", news, metadata));
    commit();
  }
  /// How many publications came since the last call.
  std::size_t received() { return with_type(take(b), "x"); }
  void acknowledge(const std::string& id) {
    frame(b, message("@(b)", "hub:ack", R"({"deliveryId":")" + id + "\"}"));
    commit();
  }

  ConnId a = member("@(a)");
  ConnId b = acking("@(b)");
};

/// One waits behind another that is not acknowledged yet.
struct OneWaits : Subscribed {
  explicit OneWaits(const std::string& others) {
    HubSettings settings = Stored::settings();
    settings.ack_window = 1;
    hub.reconfigure(settings);
    subscribe("news/a", R"(,"ack":true)");
    if (!others.empty()) subscribe(others, R"(,"ack":true)");
    take(b);
    publish();
    publish();
    EXPECT_EQ(received(), 1U);
  }
};

TEST(Publications, WhatAnotherPatternAsksForComesThoughItsSubscriptionEnds) {
  OneWaits w("news/*");
  w.unsubscribe("news/a");
  w.acknowledge("0-2");
  EXPECT_EQ(w.received(), 1U);
  w.acknowledge("0-4");
  EXPECT_EQ(w.stats().acknowledged, 2U);
}

TEST(Publications, WhatNoSubscriptionAsksForAnyMoreDoesNotCome) {
  for (const std::string others : {"", "old/*"}) {
    OneWaits w(others);
    w.unsubscribe("news/a");
    w.acknowledge("0-2");
    EXPECT_EQ(w.received(), 0U);
    ASSERT_EQ(w.table.dead().size(), 1U);
    EXPECT_EQ(w.table.dead().begin()->second.reason, "unsubscribed");
  }
}

TEST(Publications, WhatCameBeforeASubscriptionIsNotForIt) {
  for (const std::string again : {"news/a", "news/*"}) {
    OneWaits w("");
    w.unsubscribe("news/a");
    w.subscribe(again, R"(,"ack":true)");
    w.acknowledge("0-2");
    EXPECT_EQ(w.received(), 0U) << again;
    w.publish();
    EXPECT_EQ(w.received(), 1U) << again;
  }
}

TEST(Publications, AMessageOfAPassingSubscriptionStaysForTheDurableOne) {
  for (const std::string_view metadata : {reliable, std::string_view("{}")}) {
    Subscribed w;
    w.subscribe("news/a", "");
    w.subscribe("news/*", R"(,"durable":true)");
    w.take(w.b);
    w.hub.closed(w.b, false, w.at());
    w.publish(metadata);
    w.pass(1h);  // away for too long
    w.b = w.back("@(b)");
    EXPECT_EQ(w.received(), 1U) << metadata;
  }
}

TEST(Publications, TheSubscriptionThatAcknowledgesCountsAmongSeveral) {
  for (const std::string which : {R"(,"ack":true)", R"(,"durable":true)"}) {
    Subscribed w;
    w.subscribe("news/a", "");
    w.subscribe("news/*", which);
    w.take(w.a);
    w.publish();
    EXPECT_EQ(payload_of(w.take(w.a).back(), "queuedCount"), "1") << which;
    EXPECT_EQ(w.received(), 1U);
  }
}

TEST(Publications, WhoeverHasAnotherPatternGetsOneThatIsBeingSpread) {
  Subscribed w;
  HubSettings settings = Stored::settings();
  settings.fanout_slice = 1;
  w.hub.reconfigure(settings);
  const ConnId c = w.member("@(c)");
  w.ask(c, "@(c)", "hub:subscribe", R"({"topic":"news/a"})");
  w.subscribe("news/a", "");
  w.subscribe("news/*", "");
  w.frame(w.a, w.message("@(a)", "hub:publish", news));
  w.frame(w.b, w.message("@(b)", "hub:unsubscribe", R"({"topic":"news/a"})"));
  for (int slices = 0; slices < 2; ++slices) w.hub.tick(w.at());
  w.flush();
  EXPECT_EQ(w.received(), 1U);
}

/// @(a) publishes for @(b) and @(c), who acknowledge, and @(d), who does not; the store refuses
/// what is for @(c).
struct Refused : Subscribed {
  explicit Refused(std::string_view pattern) {
    subscribe("news/a", R"(,"ack":true)");
    ask(c, "@(c)", "hub:subscribe", R"({"topic":"news/a","ack":true})");
    ask(d, "@(d)", "hub:subscribe", R"({"topic":"news/a"})");
    commit();
    for (const ConnId conn : {a, b, c, d}) take(conn);
    text = message("@(a)", "hub:publish", news, reliable, hub_address, pattern);
    refuse_once();
  }
  void refuse_once() {
    frame(a, text);
    read();
    Batch batch = hub.take_batch(at());
    std::vector<std::uint64_t> refused;
    std::erase_if(batch.entries, [&refused](const Batch::Entry& e) {
      const auto* row = std::get_if<MessageRow>(&e.entry);
      if (row == nullptr || row->target != "@(c)") return false;
      refused.push_back(e.seq);
      return true;
    });
    EXPECT_EQ(refused.size(), 1U);
    table.apply(batch);
    hub.durable(batch.seq, refused, at());
    flush();
  }
  /// Whatever was asked is answered.
  void settle() {
    for (int i = 0; i < 3; ++i) {
      commit();
      read();
    }
  }
  void retry() {
    frame(a, text);
    read();
    settle();
  }
  std::size_t came(ConnId conn) { return with_type(take(conn), "x"); }

  ConnId c = acking("@(c)");
  ConnId d = member("@(d)");
  std::string text;
};

TEST(Publications, OneRefusedInPartIsForTheOthersOnlyWhenItIsTriedAgain) {
  Refused w("ask");
  EXPECT_TRUE(w.take(w.a).empty()) << "told only when nothing of it is remembered";
  w.settle();
  EXPECT_EQ(payload_of(w.take(w.a).at(0), "code"), R"("internal_error")");
  EXPECT_EQ(w.came(w.b), 1U);
  EXPECT_EQ(w.came(w.c), 0U);
  EXPECT_EQ(w.came(w.d), 1U);
  w.retry();
  const auto answer = w.take(w.a).at(0);
  EXPECT_EQ(payload_of(answer, "subscriberCount"), "3");
  EXPECT_EQ(payload_of(answer, "queuedCount"), "2");
  EXPECT_EQ(payload_of(answer, "duplicate"), "");
  EXPECT_EQ(w.came(w.b), 0U);
  EXPECT_EQ(w.came(w.c), 1U);
  EXPECT_EQ(w.came(w.d), 0U);
  w.retry();
  EXPECT_EQ(payload_of(w.take(w.a).at(0), "duplicate"), "true");
  EXPECT_EQ(w.came(w.c), 0U);
}

TEST(Publications, OneRefusedTwiceStillComesToNobodyTwice) {
  Refused w("ask");
  w.settle();
  w.take(w.a);
  w.refuse_once();
  w.settle();
  EXPECT_EQ(payload_of(w.take(w.a).at(0), "code"), R"("internal_error")");
  w.retry();
  EXPECT_EQ(payload_of(w.take(w.a).at(0), "queuedCount"), "2");
  EXPECT_EQ(w.came(w.b), 1U);
  EXPECT_EQ(w.came(w.c), 1U);
}

TEST(Publications, OneThatWasRefusedIsNotRememberedOnDisk) {
  Refused w("ask");
  w.settle();
  for (const auto& [position, row] : w.table.finished()) {
    EXPECT_NE(row.place, StoredMessage::Place::publication);
  }
}

TEST(Publications, ATellThatIsRefusedIsToldSo) {
  Refused w("tell");
  w.settle();
  const auto got = w.take(w.a);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(payload_of(got[0], "code"), R"("internal_error")");
  w.retry();
  EXPECT_EQ(w.came(w.c), 1U);
  EXPECT_TRUE(w.take(w.a).empty());
}

}  // namespace
}  // namespace signal_hub::core
