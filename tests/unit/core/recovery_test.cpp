// What a start makes of what the run before has left.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "world.hpp"

namespace signal_hub::core {
namespace {

constexpr std::string_view id_of_subscription = "00000000-0000-4000-8000-000000000001";

HubSettings patient() {
  HubSettings s = World::defaults();
  s.grace = 30s;
  s.persistent = true;
  return s;
}

ActorRow actor(const World& w, const std::string& address, Millis left) {
  ActorRow row{};
  row.address = address;
  row.capabilities = {"t"};
  row.metadata = "{}";
  row.identity = row.connected_as = address;
  row.connection_id = "s-" + address;
  row.registered_at = w.now().wall - 1h;
  row.expires_at = w.now().wall + left;
  row.ttl = 300s;
  row.version = 4;
  row.registration = (std::uint64_t{1} << 32U) + 1;
  row.token_counter = 2;
  return row;
}

Recovered two_actors(const World& w) {
  Recovered r;
  r.run = 2;
  r.actors = {actor(w, "@(a)", 10s), actor(w, "@(late)", -1s)};
  r.actors[1].registration++;
  r.subscriptions = {{"@(a)", "news", std::string(id_of_subscription), false},
                     {"@(late)", "news", std::string(id_of_subscription), false}};
  return r;
}

/// Waits, and its sender was promised that.
RecoveredMessage waiting(std::uint64_t position, const std::string& target, const std::string& id,
                         std::size_t bytes) {
  RecoveredMessage m{position, target, "@(b)", id, {}, true, false};
  m.promised = m.asked = true;
  m.bytes = bytes;
  return m;
}

Restored restore(World& w, const Recovered& r, const std::vector<RecoveredMessage>& messages = {}) {
  Restored done = w.hub.restore(r, w.now());
  w.hub.restore_messages(messages, done, w.now());
  w.hub.finish_restore(done, w.now());
  return done;
}

StoredMessage row(std::uint64_t position, const std::string& tail) {
  StoredMessage m;
  m.position = position;
  m.sender = "@(b)";
  m.tail = tail;
  return m;
}

std::string resume(World& w, ConnId& conn) {
  conn = w.connect("@(a)");
  w.frame(conn, w.message("@(a)", "hub:register", World::registration("@(a)")));
  w.flush();
  return w.take(conn).at(0);
}

TEST(Recovery, WhoHasNotExpiredIsAwayAndComesBackWithItsSubscriptions) {
  World w(patient());
  const Restored done = restore(w, two_actors(w));
  EXPECT_EQ(done.actors, 1U);
  EXPECT_EQ(done.expired, 1U);
  EXPECT_EQ(w.stats().actors, 1U);
  EXPECT_EQ(w.stats().subscriptions, 1U);
  ConnId conn;
  const auto registered = resume(w, conn);
  EXPECT_EQ(payload_of(registered, "resumed"), "true");
  EXPECT_EQ(payload_of(registered, "version"), "5");
  EXPECT_EQ(payload_of(registered, "subscriptions"), R"(["news"])");
  const auto again = w.ask(conn, "@(a)", "hub:subscribe", R"({"topic":"news"})");
  EXPECT_EQ(payload_of(again, "subscriptionId"), "\"" + std::string(id_of_subscription) + "\"");
}

TEST(Recovery, NoTtlEndsBeforeTheGrace) {
  World w(patient());
  restore(w, two_actors(w));
  w.advance(29'999ms);
  EXPECT_EQ(w.stats().actors, 1U);
  w.advance(1ms);
  EXPECT_EQ(w.stats().actors, 0U);
}

TEST(Recovery, TheGraceIsLongEnoughForAllToComeBackAtTheAcceptRate) {
  HubSettings s = patient();
  s.accept_rate = 1;
  World w(s);
  Recovered r = two_actors(w);
  for (int i = 0; i < 98; ++i) r.actors.push_back(actor(w, "@(x/" + std::to_string(i) + ")", 1s));
  for (std::size_t i = 0; i < r.actors.size(); ++i) r.actors[i].registration += i;
  EXPECT_EQ(restore(w, r).grace, 200s);
}

TEST(Recovery, AfterACrashVersionsContinueAThousandHigher) {
  World w(patient());
  Recovered r = two_actors(w);
  r.clean = false;
  r.crashes = 1;
  r.versions = {{"@(gone)", 7, w.now().wall + 1h}};
  restore(w, r);
  ConnId conn;
  EXPECT_EQ(payload_of(resume(w, conn), "version"), "1005");
  const auto gone = w.ask(conn, "@(a)", "hub:register", World::registration("@(gone)"));
  EXPECT_EQ(payload_of(gone, "version"), "1008");
  const auto fresh = w.ask(conn, "@(a)", "hub:register", World::registration("@(new)"));
  EXPECT_EQ(payload_of(fresh, "version"), "1001");
}

TEST(Recovery, EveryCrashSinceARowWasWrittenRaisesItsVersion) {
  World w(patient());
  Recovered r = two_actors(w);
  r.crashes = 5;
  r.actors[0].crashes = 3;
  r.versions = {{"@(gone)", 7, w.now().wall + 1h, 4}};
  restore(w, r);
  ConnId conn;
  EXPECT_EQ(payload_of(resume(w, conn), "version"), "2005");
  const Batch batch = w.hub.take_batch(w.now());
  EXPECT_EQ(std::get<ActorRow>(batch.entries.back().entry).crashes, 5U);
}

TEST(Recovery, ATokenFromTheLostWindowStillWorksOnce) {
  World w(patient());
  Recovered r = two_actors(w);
  r.clean = false;
  r.crashes = 1;
  restore(w, r);
  const ConnId b = w.member("@(b)");
  const auto token = [&](std::uint64_t counter) {
    return issue_renewal_token(
        [](std::string_view text) { return std::to_string(std::hash<std::string_view>{}(text)); },
        "@(a)", r.actors[0].registration, counter);
  };
  const auto with = [&](std::uint64_t counter) {
    return w.ask(b, "@(b)", "hub:renew", "{\"renewalToken\":\"" + token(counter) + "\"}");
  };
  EXPECT_EQ(payload_of(with(1), "code"), "\"invalid_token\"");
  EXPECT_EQ(type_of(with(5)), "hub:renewed");
  EXPECT_EQ(payload_of(with(5), "code"), "\"invalid_token\"");
  EXPECT_EQ(payload_of(with(6), "code"), "\"invalid_token\"");
}

TEST(Recovery, WaitingMessagesAreReadWhenTheirActorComesBack) {
  World w(patient());
  const Recovered r = two_actors(w);
  const std::string tail = R"j("from":"@(b)","type":"n","payload":1})j";
  const Restored done =
      restore(w, r,
              {waiting(3, "@(a)", "m1", tail.size()), waiting(4, "@(a)", "m2", tail.size()),
               waiting(5, "@(nobody)", "m3", 9)});
  EXPECT_EQ(done.messages, 2U);
  EXPECT_EQ(w.stats().dead_lettered, 1U);
  ConnId conn;
  resume(w, conn);
  std::vector<LoadRequest> asked;
  w.hub.take_load_requests(asked);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(std::get<LoadRequest::Texts>(asked[0].what).positions,
            (std::vector<std::uint64_t>{3, 4}));
  w.tell(conn, "@(a)", "hub:send", R"({"type":"n","data":2})", "@(a)");
  w.hub.loaded({asked[0].id, {row(3, tail)}, false}, w.now());  // 4 was deleted by hand
  w.flush();
  const auto got = w.take(conn);
  ASSERT_EQ(got.size(), 2U);
  EXPECT_NE(got[0].find("\"payload\":1"), std::string::npos);
  EXPECT_NE(got[1].find("\"payload\":2"), std::string::npos);
}

TEST(Recovery, AStoreThatCannotBeReadIsAskedAgain) {
  World w(patient());
  restore(w, two_actors(w), {waiting(3, "@(a)", "m1", 9)});
  ConnId conn;
  resume(w, conn);
  std::vector<LoadRequest> asked;
  w.hub.take_load_requests(asked);
  w.hub.loaded({asked.at(0).id, {}, true}, w.now());
  w.hub.take_load_requests(asked);
  EXPECT_TRUE(asked.empty());
  w.advance(1'000ms);
  w.hub.take_load_requests(asked);
  EXPECT_EQ(asked.size(), 1U);
}

TEST(Recovery, WhatPromisesNothingIsDeliveredAtMostOnce) {
  World w(patient());
  RecoveredMessage passing{3, "@(a)", "@(b)", "m1", {}, true, false};
  const std::string tail = passing.tail = R"j("from":"@(b)","type":"n","payload":1})j";
  restore(w, two_actors(w), {passing});
  const Batch batch = w.hub.take_last_batch(w.now());  // it would be there after another stop
  EXPECT_EQ(std::get<MessageRow>(batch.entries.back().entry).tail, tail);
  const ConnId conn = w.connect("@(a)");
  w.frame(conn, w.message("@(a)", "hub:register", World::registration("@(a)")));
  w.hub.closed(conn, false, w.now());  // never written
  EXPECT_EQ(w.stats().mail_messages, 0U);
}

TEST(Recovery, WhatWasSharedBeforeAndPassesTheMemoryLimitNowGoes) {
  HubSettings settings = patient();
  settings.memory_limit = 60'000;
  World w(settings);
  std::vector<RecoveredMessage> messages;
  for (std::uint64_t position = 1; position <= 5; ++position) {
    RecoveredMessage m{position, "@(a)", "@(b)", "m1", {}, true, false};
    m.tail = R"j("from":"@(b)","type":"n","payload":")j" + std::string(20'000, 'x') + "\"}";
    messages.push_back(std::move(m));
  }
  restore(w, two_actors(w), messages);
  EXPECT_LE(w.stats().queued_bytes, settings.memory_limit);
}

TEST(Recovery, TheLastBatchHoldsMailboxesInMemory) {
  World w(patient());
  const ConnId a = w.member("@(a)");
  const ConnId b = w.member("@(b)");
  w.hub.closed(a, false, w.now());
  w.tell(b, "@(b)", "hub:send", R"({"type":"n","data":1})", "@(a)");
  const Batch batch = w.hub.take_last_batch(w.now());
  EXPECT_TRUE(batch.last);
  const auto& row = std::get<MessageRow>(batch.entries.back().entry);
  EXPECT_EQ(row.target, "@(a)");
  EXPECT_EQ(row.sender, "@(b)");
  EXPECT_FALSE(row.message_id.empty());
  EXPECT_FALSE(row.promised);
}

TEST(Recovery, TheLastBatchIsWholeAlsoWhenItsMailPassesTheJournalsLimit) {
  HubSettings s = patient();
  s.journal_limit = 5;
  World w(s);
  const ConnId a = w.member("@(a)");
  const ConnId b = w.member("@(b)");
  w.hub.take_batch(w.now());
  w.hub.closed(a, false, w.now());
  for (int i = 0; i < 9; ++i) {
    w.tell(b, "@(b)", "hub:send", R"({"type":"n","data":1})", "@(a)");
  }
  std::size_t actors = 0;
  for (const Batch::Entry& e : w.hub.take_last_batch(w.now()).entries) {
    actors += std::holds_alternative<ActorRow>(e.entry) ? 1 : 0;
  }
  EXPECT_EQ(actors, 2U);
}

}  // namespace
}  // namespace signal_hub::core
