// The small parts of core, each by itself.
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "core/admission.hpp"
#include "core/dedupe.hpp"
#include "core/journal.hpp"
#include "core/log_events.hpp"
#include "core/nonces.hpp"
#include "core/permissions.hpp"
#include "core/rate_limit.hpp"
#include "core/remembered_ids.hpp"
#include "core/renewal_tokens.hpp"
#include "core/session.hpp"
#include "core/timers.hpp"

namespace signal_hub::core {
namespace {

MonoTime at(std::int64_t ms) { return MonoTime{Millis{ms}}; }

TEST(TokenBucket, StartsFullAndRefillsHonestly) {
  TokenBucket bucket;
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(bucket.take(1, 10, 100, at(5)));
  const auto wait = bucket.take(1, 10, 100, at(5));
  ASSERT_TRUE(wait);
  EXPECT_EQ(*wait, 100ms);
  EXPECT_TRUE(bucket.take(1, 10, 100, at(104)));
  EXPECT_FALSE(bucket.take(1, 10, 100, at(105)));
  EXPECT_TRUE(bucket.take(1, 10, 100, at(105)));
}

TEST(TokenBucket, CostAboveTheBurstCountsAsTheBurst) {
  TokenBucket bucket;
  EXPECT_FALSE(bucket.take(1000, 10, 5, at(0)));
  EXPECT_EQ(bucket.take(1000, 10, 5, at(0)), 500ms);
  EXPECT_FALSE(bucket.take(1000, 10, 5, at(500)));
}

TEST(TokenBucket, OddClocksAndRates) {
  TokenBucket bucket;
  EXPECT_FALSE(bucket.take(1, 4'000'000'000U, 4'000'000'000U, at(0)));
  EXPECT_FALSE(bucket.take(1, 1, 1, at(std::numeric_limits<std::int64_t>::max() / 2)));
  EXPECT_TRUE(bucket.take(1, 1, 1, at(0)));   // backwards: no refill, no harm
  EXPECT_FALSE(bucket.take(9, 0, 1, at(0)));  // 0: unlimited
}

TEST(RateWindow, CountsTheLastTenSeconds) {
  RateWindow window;
  window.add(50, at(1'000));
  window.add(50, at(9'999));
  EXPECT_EQ(window.per_second(at(10'000)), 10.0);
  EXPECT_EQ(window.per_second(at(11'500)), 5.0);
  EXPECT_EQ(window.per_second(at(1'000'000)), 0.0);
}

TEST(AlarmWindow, TellsOncePerWindow) {
  AlarmWindow window(1'000ms);
  EXPECT_FALSE(window.add(2, at(0)));
  EXPECT_FALSE(window.add(2, at(1)));
  EXPECT_TRUE(window.add(2, at(2)));
  EXPECT_FALSE(window.add(2, at(3)));
  EXPECT_EQ(window.count(at(999)), 4U);
  EXPECT_EQ(window.count(at(1'000)), 0U);
  EXPECT_FALSE(window.add(2, at(1'000)));
}

TEST(Timers, EarliestFirstThenInOrder) {
  Timers timers;
  timers.arm(at(20), {TimerKind::session, 1, 0});
  timers.arm(at(10), {TimerKind::session, 2, 0});
  timers.arm(at(10), {TimerKind::session, 3, 0});
  timers.arm(never, {TimerKind::session, 4, 0});
  EXPECT_EQ(timers.next(), at(10));
  EXPECT_FALSE(timers.pop(at(9)));
  EXPECT_EQ(timers.pop(at(30))->slot, 2U);
  EXPECT_EQ(timers.pop(at(30))->slot, 3U);
  EXPECT_EQ(timers.pop(at(30))->slot, 1U);
  EXPECT_FALSE(timers.pop(at(30)));
  EXPECT_EQ(timers.next(), never);
}

ReplyTo reply(std::uint32_t slot) { return {ConnId{slot, 1}, "@(a)", "m", "{}"}; }

/// From @(a), its id is `id`.
Dedupe::Found begin(Dedupe& dedupe, std::string_view id, std::uint32_t digest,
                    const ReplyTo& reply_to, MonoTime now, std::size_t limit = 0) {
  return dedupe.begin("@(a)", id, digest, reply_to, limit, now);
}

TEST(Dedupe, RemembersAnswersForAMinute) {
  Dedupe dedupe;
  using V = Dedupe::Verdict;
  const auto first = begin(dedupe, "k", 1, reply(1), at(0));
  EXPECT_EQ(first.verdict, V::fresh);
  EXPECT_EQ(begin(dedupe, "k", 1, reply(2), at(1)).verdict, V::in_work);
  EXPECT_EQ(begin(dedupe, "k", 2, reply(1), at(1)).verdict, V::conflict);
  EXPECT_EQ(dedupe.keep(first.id, {"t", "p", ""})->conn.slot, 2U);  // the retry's
  EXPECT_FALSE(dedupe.keep(first.id, {"t", "again", ""}));
  const auto found = begin(dedupe, "k", 1, reply(1), at(59'999));
  EXPECT_EQ(found.verdict, V::answered);
  EXPECT_EQ(found.answer->payload, "p");
  EXPECT_EQ(begin(dedupe, "k", 2, reply(1), at(60'000)).verdict, V::fresh);
}

TEST(Dedupe, ForgetsWhatIsNotKeptAndTheOldest) {
  Dedupe dedupe;
  const auto first = begin(dedupe, "k", 1, reply(1), at(0));
  EXPECT_FALSE(dedupe.forget(first.id));
  EXPECT_EQ(dedupe.size(), 0U);
  EXPECT_EQ(begin(dedupe, "k", 9, reply(1), at(1)).verdict, Dedupe::Verdict::fresh);
  std::vector<DedupeId> ids;
  for (int i = 0; i < 10; ++i) {
    ids.push_back(begin(dedupe, "n" + std::to_string(i), 1, reply(1), at(2), 3).id);
  }
  EXPECT_EQ(dedupe.size(), 3U);
  EXPECT_FALSE(dedupe.keep(ids[0], {"t", "late", ""}));
  EXPECT_EQ(begin(dedupe, "n0", 1, reply(1), at(3)).verdict, Dedupe::Verdict::fresh);
  dedupe.forget(ids[8]);  // from the middle
  EXPECT_EQ(begin(dedupe, "n9", 1, reply(1), at(3)).verdict, Dedupe::Verdict::in_work);
  dedupe.expire(at(60'002));
  EXPECT_EQ(begin(dedupe, "n0", 1, reply(1), at(60'002)).verdict, Dedupe::Verdict::in_work);
  EXPECT_EQ(dedupe.size(), 1U);
}

/// A fresh id that looks like a remembered one waits for the store, and is overtaken.
TEST(RememberedIds, NoneIsTakenForAnother) {
  RememberedIds ids;
  const auto hash = [](int i) { return RememberedIds::hash("@(a)", "m" + std::to_string(i)); };
  const auto position = [](int i) { return static_cast<std::uint64_t>(i) << 15U; };  // two runs
  constexpr int many = 300'000;
  for (int i = 0; i < many; ++i) {
    ASSERT_FALSE(ids.find(hash(i))) << i;
    ids.add(hash(i), 7, position(i), at(60'000), 0);
  }
  for (int i = 0; i < many; i += 1000) {
    const auto found = ids.find(hash(i));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->position, position(i));
    EXPECT_EQ(found->digest, 7U);
  }
  ids.expire(at(70'000));
  EXPECT_EQ(ids.size(), 0U);
}

TEST(Nonces, EachOnce) {
  Nonces nonces;
  EXPECT_TRUE(nonces.accept("a", "1", at(0)));
  EXPECT_FALSE(nonces.accept("a", "1", at(1)));
  EXPECT_TRUE(nonces.accept("b", "1", at(1)));
  EXPECT_TRUE(nonces.accept("a", "1", at(86'400'000)));
}

TEST(RenewalTokens, MacCoversAllParts) {
  const Mac mac = [](std::string_view text) { return "mac" + std::to_string(text.size()); };
  const std::string token = issue_renewal_token(mac, "@(a)", 3, 12);
  const auto parts = parse_renewal_token(token);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->registration, 3U);
  EXPECT_EQ(parts->counter, 12U);
  EXPECT_TRUE(renewal_mac_valid(mac, "@(a)", *parts));
  EXPECT_FALSE(renewal_mac_valid(mac, "@(ab)", *parts));
  for (const char* text : {"", "1", "1.2", "x.2.m", "1.x.m", "-1.2.m", "1.2"}) {
    EXPECT_FALSE(parse_renewal_token(text)) << text;
  }
}

TEST(SessionState, OnlyTheNamedTransitions) {
  using enum SessionState;
  const SessionState all[] = {connecting, connected, disconnecting, disconnected};
  int allowed = 0;
  for (const SessionState from : all) {
    for (const SessionState to : all) allowed += may_follow(from, to) ? 1 : 0;
  }
  EXPECT_EQ(allowed, 5);
  EXPECT_TRUE(may_follow(connecting, connected) && may_follow(connecting, disconnected) &&
              may_follow(connected, disconnecting) && may_follow(connected, disconnected) &&
              may_follow(disconnecting, disconnected));
}

TEST(Permissions, OfTokens) {
  Identity identity{"@(a/b)", "", {}, std::nullopt, {"shared/*"}};
  const Permissions plain = Permissions::of(identity);
  EXPECT_TRUE(plain.has(Capability::send));
  EXPECT_FALSE(plain.has(Capability::metrics) || plain.has(Capability::admin) ||
               plain.has(Capability::presence));
  EXPECT_TRUE(plain.may_register("@(a/b)") && plain.may_register("@(a/b/c)") &&
              plain.may_register("@(shared/x)"));
  EXPECT_FALSE(plain.may_register("@(a)") || plain.may_register("@(a/bc)"));
  identity.capabilities = {"*", "unknown"};
  EXPECT_TRUE(Permissions::of(identity).has(Capability::metrics));
  EXPECT_FALSE(Permissions::of(identity).has(Capability::admin));
  identity.capabilities = {"admin"};
  EXPECT_TRUE(Permissions::of(identity).has(Capability::admin));
  EXPECT_FALSE(Permissions::of(identity).has(Capability::send));
  EXPECT_FALSE(Permissions::open().has(Capability::admin));
}

TEST(Gate, CountsPlacesAndTellsRates) {
  HubSettings settings;
  settings.max_connections = 3;
  settings.max_connections_per_ip = 2;
  settings.accept_rate = 0;
  settings.herd_threshold = 4;
  Gate gate;
  std::vector<Event> events;
  const Now now{at(0), {}};
  using V = Admission::Verdict;
  EXPECT_TRUE(gate.admit("a", settings, now, events).ok());
  EXPECT_TRUE(gate.admit("a", settings, now, events).ok());
  EXPECT_EQ(gate.admit("a", settings, now, events).verdict, V::too_many_from_ip);
  EXPECT_TRUE(gate.admit("b", settings, now, events).ok());
  EXPECT_EQ(gate.admit("c", settings, now, events).verdict, V::full);
  ASSERT_EQ(events.size(), 2U);  // one refusal line a second, and the herd
  EXPECT_EQ(events[0].event, LogEvent::connection_refused);
  EXPECT_EQ(events[1].event, LogEvent::thundering_herd_detected);
  gate.release("a");
  EXPECT_TRUE(gate.admit("a", settings, now, events).ok());
  gate.close();
  EXPECT_EQ(gate.admit("d", settings, now, events).verdict, V::draining);
}

TEST(LogEvents, RowsAreCompleteAndDistinct) {
  std::set<std::string_view> names;
  for (const LogEventInfo& row : log_event_table()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(row.meaning.ends_with('.')) << row.name;
  }
}

}  // namespace
}  // namespace signal_hub::core
