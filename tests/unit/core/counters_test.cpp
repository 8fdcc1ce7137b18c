// Every drop, refusal and end has a counter with its reason: each is brought about here, and the
// tables are walked, so that a new reason without a way to it fails.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

#include "base/limits.hpp"
#include "world.hpp"

namespace signal_hub::core {
namespace {

HubSettings patient() {
  HubSettings s = World::defaults();
  s.grace = 30s;
  s.idle_timeout = 0ms;
  s.ping_interval = 0ms;
  return s;
}

class CountedWorld : public World {
 public:
  using World::World;
  CountedWorld() : World(patient()) {}

  std::uint64_t dropped(DropReason reason) const {
    return stats().dropped[static_cast<std::size_t>(reason)];
  }
  void commit() {
    while (!hub.journal().empty()) hub.durable(hub.take_batch(now()).seq, {}, now());
    flush();
  }
  void lose(ConnId conn) {
    hub.closed(conn, false, now());
    flush();
  }
  void event(ConnId conn, const std::string& from, std::string_view to, const char* size = "1") {
    tell(conn, from, "hub:send", std::string(R"({"type":"x","data":)") + size + "}", to);
  }
  /// A message whose ttl is over `after` milliseconds from now.
  std::string ending(const std::string& from, std::string_view to, int after,
                     const std::string& type = "hub:send") {
    std::string text = message(from, type, R"({"type":"x","topic":"t"})", "{}", to);
    return text.insert(text.size() - 1, ",\"ttl\":" + std::to_string(after));
  }
};

// ---- drops --------------------------------------------------------------------------------------

void drop_expired(CountedWorld& w) {
  const ConnId a = w.member("@(a)");
  const std::string text = w.ending("@(a)", "@(a)", 10);
  w.clock += 11ms;
  w.frame(a, text);
}

void drop_unknown(CountedWorld& w) { w.event(w.member("@(a)"), "@(a)", "@(nobody)"); }

/// `b` has one message in its outbox that it does not take.
ConnId with_one_unsent(CountedWorld& w) {
  const ConnId a = w.member("@(a)");
  const ConnId b = w.member("@(b)");
  w.blocked[b.slot] = true;
  w.event(a, "@(a)", "@(b)");
  return b;
}

void drop_target_gone(CountedWorld& w) { w.lose(with_one_unsent(w)); }

void drop_replaced(CountedWorld& w) {
  with_one_unsent(w);
  w.member("@(b)");
}

void drop_slow(CountedWorld& w) {
  HubSettings s = patient();
  s.max_queue_bytes = 100;
  w.hub.reconfigure(s);
  with_one_unsent(w);
}

void drop_unsubscribed(CountedWorld& w) {
  HubSettings s = patient();
  s.fanout_slice = 1;
  w.hub.reconfigure(s);
  const ConnId a = w.member("@(a)");
  std::map<std::string, ConnId> members;
  for (const std::string name : {"@(m/1)", "@(m/2)", "@(m/3)"}) {
    members[name] = w.member(name);
    w.ask(members[name], name, "hub:subscribe", R"({"topic":"t"})");
  }
  w.tell(a, "@(a)", "hub:publish", R"({"topic":"t","type":"x"})");
  for (const auto& [name, conn] : members) w.ask(conn, name, "hub:unsubscribe", R"({"topic":"t"})");
  for (int i = 0; i < 4; ++i) w.advance(1ms);
}

void drop_oversized(CountedWorld& w) { w.hub.oversized(w.member("@(a)"), 2'000'000, w.now()); }

void drop_mailbox_full(CountedWorld& w) {
  HubSettings s = patient();
  s.queue_limit = 1;
  w.hub.reconfigure(s);
  const ConnId a = w.member("@(a)");
  w.lose(w.member("@(b)"));
  w.event(a, "@(a)", "@(b)");
  w.event(a, "@(a)", "@(b)");
}

void drop_memory(CountedWorld& w) {
  const ConnId a = w.member("@(a)");
  w.lose(w.member("@(b)"));
  w.event(a, "@(a)", "@(b)");
  HubSettings s = patient();
  s.memory_limit = 1;
  w.hub.reconfigure(s);
  w.event(a, "@(a)", "@(b)");
}

void drop_session_ended(CountedWorld& w) {
  const ConnId a = w.member("@(a)");
  w.tell(a, "@(a)", "hub:disconnect", "null");
  w.event(a, "@(a)", "@(a)");
}

void drop_asker_gone(CountedWorld& w) {
  const ConnId a = w.member("@(a)");
  const ConnId b = w.member("@(b)");
  w.blocked[b.slot] = true;
  w.ask(a, "@(a)", "hub:send", R"({"type":"x"})", "{}", "@(b)");
  w.lose(a);
  w.write(b);
}

constexpr std::string_view reliable = R"({"delivery":"at-least-once"})";

void drop_overflow(CountedWorld& w) {
  HubSettings s = patient();
  s.queue_limit = 1;
  w.hub.reconfigure(s);
  const ConnId a = w.member("@(a)");
  const ConnId b = w.connect("@(b)");
  w.ask(b, "@(b)", "hub:register",
        R"j({"actorAddress":"@(b)","capabilities":["t"],"overflow":"drop_oldest"})j");
  w.lose(b);
  for (int i = 0; i < 2; ++i) {
    w.ask(a, "@(a)", "hub:send", R"({"type":"x"})", reliable, "@(b)");
  }
}

void drop_max_attempts(CountedWorld& w) {
  HubSettings s = patient();
  s.max_attempts = 1;
  w.hub.reconfigure(s);
  const ConnId a = w.member("@(a)");
  const ConnId b = w.connect("@(b)");
  w.ask(b, "@(b)", "hub:register", World::registration("@(b)"), R"({"acks":true})");
  w.ask(a, "@(a)", "hub:send", R"({"type":"x"})", reliable, "@(b)");
  w.commit();
  w.flush();
  w.advance(s.ack_timeout);
}

const std::map<DropReason, std::function<void(CountedWorld&)>> drops{
    {DropReason::expired, drop_expired},           {DropReason::unknown_target, drop_unknown},
    {DropReason::target_gone, drop_target_gone},   {DropReason::slow_consumer, drop_slow},
    {DropReason::replaced, drop_replaced},         {DropReason::unsubscribed, drop_unsubscribed},
    {DropReason::oversized, drop_oversized},       {DropReason::mailbox_full, drop_mailbox_full},
    {DropReason::memory_limit, drop_memory},       {DropReason::session_ended, drop_session_ended},
    {DropReason::asker_gone, drop_asker_gone},     {DropReason::overflow, drop_overflow},
    {DropReason::max_attempts, drop_max_attempts},
};

TEST(Counters, EveryDropReasonIsBroughtAbout) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(DropReason::count_); ++i) {
    const auto reason = static_cast<DropReason>(i);
    const auto deed = drops.find(reason);
    ASSERT_NE(deed, drops.end()) << "nothing brings about " << name(reason);
    CountedWorld w;
    deed->second(w);
    EXPECT_GE(w.dropped(reason), 1U) << name(reason);
  }
}

// ---- errors -------------------------------------------------------------------------------------

using Deed = std::function<void(CountedWorld&)>;

/// One request by a member, with these settings.
Deed asked(std::string type, std::string payload, std::string metadata = "{}",
           std::string to = std::string(World::hub_address),
           const std::function<void(HubSettings&)>& adjust = {}) {
  return [=](CountedWorld& w) {
    const ConnId a = w.member("@(a)");
    HubSettings s = patient();
    if (adjust) adjust(s);
    w.hub.reconfigure(s);
    w.ask(a, "@(a)", type, payload, metadata, to);
  };
}

/// A message is stored for `@(b)`, who is away.
ConnId with_one_stored(CountedWorld& w, std::string text = {}) {
  const ConnId a = w.member("@(a)");
  w.lose(w.member("@(b)"));
  w.frame(a, text.empty() ? w.message("@(a)", "hub:send", R"({"type":"x"})", "{}", "@(b)") : text);
  w.commit();
  return a;
}

void error_dead_lettered(CountedWorld& w) {
  with_one_stored(w);
  w.advance(31s);  // the grace
  w.commit();
}

void error_queue_full(CountedWorld& w) {
  HubSettings s = patient();
  s.queue_limit = 1;
  w.hub.reconfigure(s);
  const ConnId a = with_one_stored(w);
  w.ask(a, "@(a)", "hub:send", R"({"type":"x"})", "{}", "@(b)");
}

void error_internal(CountedWorld& w) {
  const ConnId a = w.member("@(a)");
  w.hub.store_failed();
  w.ask(a, "@(a)", "hub:subscribe", R"({"topic":"t"})", R"({"durable":true})");
}

void error_too_fast(CountedWorld& w) {
  const ConnId a = w.member("@(a)");
  HubSettings s = patient();
  s.rate_limit = s.rate_burst = 1;
  w.hub.reconfigure(s);
  for (int i = 0; i < 3; ++i) w.ask(a, "@(a)", "hub:queue_stats", "null");
}

void error_unauthorized(CountedWorld& w) { w.ask(w.open(), "@(a)", "hub:queue_stats", "null"); }

void error_version(CountedWorld& w) {
  w.ask(w.open(), "@(a)", "hub:connect", "null",
        R"({"protocolVersion":"9.0.0","capabilities":["t"]})");
}

const std::map<ErrorCode, Deed> errors{
    {ErrorCode::invalid_json, [](CountedWorld& w) { w.frame(w.member("@(a)"), "{"); }},
    {ErrorCode::invalid_message, asked("hub:publish", "null")},
    {ErrorCode::unknown_type, asked("hub:nope", "null")},
    {ErrorCode::ambiguous_target, asked("hub:send", R"j({"type":"x","to":"@(b)"})j", "{}", "@(c)")},
    {ErrorCode::message_expired, drop_expired},
    {ErrorCode::registry_full,
     asked("hub:register", World::registration("@(z)"), "{}", std::string(World::hub_address),
           [](HubSettings& s) { s.max_actors = 1; })},
    {ErrorCode::broadcast_limit_exceeded,
     [](CountedWorld& w) {
       w.member("@(b)");
       asked("hub:broadcast", R"({"type":"x"})", "{}", std::string(World::hub_address),
             [](HubSettings& s) { s.broadcast_limit = 1; })(w);
     }},
    {ErrorCode::queue_full, error_queue_full},
    {ErrorCode::limit_exceeded,
     asked("hub:register", R"j({"actorAddress":"@(z)","capabilities":[")j" +
                               std::string(limits::capability_bytes + 1, 'c') + "\"]}")},
    {ErrorCode::unsupported, asked("hub:refresh_token", R"({"token":"t"})")},
    {ErrorCode::dead_lettered, error_dead_lettered},
    {ErrorCode::invalid_token, asked("hub:renew", R"({"renewalToken":"t"})")},
    {ErrorCode::internal_error, error_internal},
    {ErrorCode::unknown_actor, asked("hub:send", R"({"type":"x"})", "{}", "@(nobody)")},
    {ErrorCode::unauthorized, error_unauthorized},
    {ErrorCode::rate_limited, error_too_fast},
    {ErrorCode::version_mismatch, error_version},
    {ErrorCode::message_too_large, drop_oversized},
};

TEST(Counters, EveryErrorCodeIsBroughtAboutAndCountedByTypeToo) {
  for (const ErrorInfo& row : error_table()) {
    if (row.code == ErrorCode::timeout) continue;  // no request of today waits that long
    const auto deed = errors.find(row.code);
    ASSERT_NE(deed, errors.end()) << "nothing brings about " << row.name;
    CountedWorld w;
    deed->second(w);
    const Stats stats = w.stats();
    EXPECT_GE(stats.errors[static_cast<std::size_t>(row.code)], 1U) << row.name;
    const auto sum = [](const auto& counters) {
      std::uint64_t all = 0;
      for (const std::uint64_t n : counters) all += n;
      return all;
    };
    EXPECT_EQ(sum(stats.errors), sum(stats.failed_by_type)) << row.name;
  }
}

TEST(Counters, ARefusedElementIsCounted) {
  CountedWorld w;
  const ConnId a = w.member("@(a)");
  w.ask(a, "@(a)", "hub:subscribe", R"({"topics":["t","",7]})");
  w.ask(a, "@(a)", "hub:register",
        R"j({"actors":[{"actorAddress":"@(a/1)","capabilities":["t"]},{"actorAddress":"bad"}]})j");
  EXPECT_EQ(w.stats().errors[static_cast<std::size_t>(ErrorCode::invalid_message)], 3U);
}

// ---- refused upgrades ---------------------------------------------------------------------------

TEST(Counters, EveryRefusalOfAnUpgradeHasItsReason) {
  HubSettings s = patient();
  s.max_connections = 2;
  s.max_connections_per_ip = 1;
  CountedWorld w(s);
  EXPECT_TRUE(w.hub.admit("1", w.now()).ok());
  EXPECT_FALSE(w.hub.admit("1", w.now()).ok());
  EXPECT_TRUE(w.hub.admit("2", w.now()).ok());
  EXPECT_FALSE(w.hub.admit("3", w.now()).ok());
  s.max_connections = 0;
  s.accept_rate = 1;
  w.hub.reconfigure(s);
  EXPECT_TRUE(w.hub.admit("3", w.now()).ok());
  EXPECT_FALSE(w.hub.admit("4", w.now()).ok());
  for (const auto reason :
       {RefusalReason::origin, RefusalReason::handshake, RefusalReason::no_room}) {
    w.hub.refused(reason, w.now());
  }
  w.hub.drain(1s, w.now());
  EXPECT_FALSE(w.hub.admit("5", w.now()).ok());
  for (const std::uint64_t count : w.stats().refused) EXPECT_EQ(count, 1U);
}

// ---- ends of connections ------------------------------------------------------------------------

TEST(Counters, EveryConnectionEndsOnce) {
  CountedWorld w;
  const auto ended = [&w](Outcome outcome) {
    return w.stats().closed[static_cast<std::size_t>(outcome)];
  };
  w.hub.closed(w.member("@(clean)"), true, w.now());
  w.lose(w.member("@(lost)"));
  const ConnId leaving = w.member("@(leaving)");
  w.tell(leaving, "@(leaving)", "hub:disconnect", "null");
  w.hub.closed(leaving, true, w.now());
  const ConnId first = w.member("@(twice)");
  w.member("@(twice)");
  w.hub.closed(first, true, w.now());
  const ConnId silent = w.open();
  w.advance(5s);
  w.hub.closed(silent, false, w.now());
  const ConnId huge = w.member("@(huge)");
  w.hub.oversized(huge, std::size_t{1} << 30U, w.now());
  w.hub.closed(huge, false, w.now());
  for (const Outcome outcome :
       {Outcome::closed, Outcome::connection_lost, Outcome::disconnect,
        Outcome::duplicate_connection, Outcome::connect_timeout, Outcome::message_too_large}) {
    EXPECT_EQ(ended(outcome), 1U) << name(outcome);
  }
  EXPECT_EQ(w.stats().connections_closed, 6U);
  EXPECT_EQ(w.stats().connection_durations.count(), 6U);
  EXPECT_EQ(ended(Outcome::other), 0U);
}

TEST(Counters, OutcomesHaveNames) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(Outcome::count_); ++i) {
    EXPECT_EQ(outcome_named(name(static_cast<Outcome>(i))), static_cast<Outcome>(i));
  }
  EXPECT_EQ(outcome_named("something new"), Outcome::other);
}

// ---- deliveries ---------------------------------------------------------------------------------

TEST(Counters, DeliveriesAreCountedByWhatBroughtThem) {
  CountedWorld w;
  const ConnId a = w.member("@(a)");
  ConnId b = w.member("@(b)");
  w.ask(b, "@(b)", "hub:subscribe", R"({"topic":"t"})");
  w.event(a, "@(a)", "@(b)");
  w.tell(a, "@(a)", "hub:broadcast", R"({"type":"x"})");
  w.tell(a, "@(a)", "hub:publish", R"({"topic":"t","type":"x"})");
  w.flush();
  w.lose(b);
  w.event(a, "@(a)", "@(b)");
  b = w.member("@(b)");
  w.flush();
  const Stats stats = w.stats();
  EXPECT_EQ(stats.deliveries_by_kind, (CountersBy<DeliveryKind>{1, 2, 1, 1}));
  EXPECT_EQ(stats.deliveries, 5U);
  EXPECT_EQ(stats.delivery_durations.count(), 5U);
}

}  // namespace
}  // namespace signal_hub::core
