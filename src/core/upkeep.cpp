#include "core/upkeep.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "core/answers.hpp"
#include "core/deliveries.hpp"
#include "core/intake.hpp"
#include "core/lifecycle.hpp"
#include "core/loads.hpp"
#include "core/mail.hpp"
#include "core/outflow.hpp"
#include "core/receipts.hpp"

namespace signal_hub::core {
namespace {

constexpr std::uint16_t close_policy = 1008;
constexpr std::uint16_t close_try_again = 1013;
// Not empty: libwebsockets 4.1 tells nobody of a pong without a payload.
constexpr std::string_view ping_payload = "hub";

bool due(MonoTime deadline, Now now) { return deadline <= now.mono; }

void end_idle(State& state, Session& session, Now now) {
  state.events.push_back({LogEvent::idle_timeout, {{"sessionId", session.session_id}}});
  say_goodbye(state, session, {"idle", "Nothing was received for the idle timeout.", std::nullopt},
              close_policy, now);
  release_actors(state, session, End::unclean, now);
}

void end_expired(State& state, Session& session, Now now) {
  say_goodbye(state, session,
              {"token_expired", "The token expired and was not refreshed.", std::nullopt},
              close_policy, now);
  release_actors(state, session, End::unclean, now);
}

/// False: the session goes on.
bool end_stale(State& state, Session& session, Now now) {
  const HubSettings& settings = state.settings;
  Traffic& traffic = session.traffic;
  if (settings.stale_after == 0ms || traffic.stale) return false;
  if (!due(traffic.last_active + settings.stale_after, now)) return false;
  traffic.stale = true;
  ++state.stale;
  state.events.push_back({LogEvent::session_stale,
                          {{"sessionId", session.session_id},
                           {"actorAddress", session.identity},
                           {"duration", (now.mono - traffic.last_active).count()}}});
  if (!settings.stale_close) return false;
  say_goodbye(state, session, {"idle", "No message was exchanged for a long time.", std::nullopt},
              close_policy, now);
  release_actors(state, session, End::unclean, now);
  return true;
}

void live_deadlines(State& state, Session& session, Now now) {
  const HubSettings& settings = state.settings;
  if (session.state == SessionState::connecting && settings.connect_timeout != 0ms &&
      due(session.opened + settings.connect_timeout, now)) {
    return close_session(state, session, close_policy, "connect_timeout", now);
  }
  if (settings.idle_timeout != 0ms && !session.reading_paused &&
      due(session.last_heard + settings.idle_timeout, now)) {
    return end_idle(state, session, now);
  }
  if (session.grant && due(session.grant->cut_off, now)) return end_expired(state, session, now);
  if (end_stale(state, session, now)) return;
  if (settings.ping_interval != 0ms && due(session.last_ping + settings.ping_interval, now)) {
    session.last_ping = now.mono;
    session.traffic.ping_us = std::max<std::uint64_t>(1, now.stopwatch_us);
    enqueue(state, session, wire::Opcode::ping, {ping_payload});
  }
}

void session_due(State& state, Session& session, Now now) {
  session.armed = never;
  if (due(session.cut_at, now)) {
    session.cut_at = never;
    state.commands.emplace_back(CutCommand{session.id});
  }
  if (due(session.farewell_by, now)) finish_farewell(state, session, now);
  if (due(session.throttled_until, now)) {
    session.throttled_until = never;
    update_reading(state, session, now);
  }
  if (!session.closing) live_deadlines(state, session, now);
  arm_session(state, session);
}

void actor_due(State& state, ActorId id, Actor& actor, Now now) {
  actor.armed = never;
  if (actor.registered && due(actor.expires, now)) {
    state.events.push_back({LogEvent::actor_expired, {{"actorAddress", actor.address}}});
    return retire_actor(state, id, "expired", now);
  }
  if (!due(actor.offline_until, now)) return arm_actor(state, id, actor);
  if (actor.registered) return retire_actor(state, id, "away_too_long", now);
  remove_actor(state, id, "durable_ttl", now);
}

void keep_house(State& state, Now now) {
  state.buffers.trim();
  state.dedupe.expire(now.mono);
  state.nonces.expire(now.mono);
  state.remembered.expire(now.mono);
  state.registry.expire_versions(now.mono);
  if (state.mail_messages != 0) expire_mail(state, now);
  start_upkeep(state, now);
}

void cut_slow_consumer(State& state, Session& session, Now now) {
  state.events.push_back({LogEvent::slow_consumer,
                          {{"sessionId", session.session_id},
                           {"actorAddress", session.identity},
                           {"queueBytes", static_cast<std::int64_t>(session.outbox.bytes())},
                           {"queueDepth", static_cast<std::int64_t>(session.outbox.frames())}}});
  ++state.stats.slow_consumers;
  // The transport forgets the message with the close that follows; still counted, it would have
  // the next largest cut, and the next.
  state.reassembly_bytes -= std::exchange(session.reassembly_bytes, 0);
  std::vector<ReceiptId> lost;
  discard_outbox(state, session, DropReason::slow_consumer, lost);
  say_goodbye(state, session,
              {"slow_consumer", "The session did not read what was sent to it.", std::nullopt},
              close_try_again, now);
  release_actors(state, session, End::unclean, now);
  receipts_lost(state, lost, now);
}

std::size_t held_bytes(const State& state) {
  return state.queued_bytes + state.shared_bytes + state.waiting_bytes + state.reassembly_bytes +
         state.mail_messages * sizeof(Held);
}

std::size_t held_by(const Session& session) {
  return session.outbox.bytes() + session.waiting_bytes + session.reassembly_bytes;
}

/// Cuts the largest consumer. False if nobody is left that holds anything.
bool cut_largest(State& state, Now now) {
  Session* largest = nullptr;
  state.sessions.for_each([&largest](ConnId, Session& session) {
    if (session.closing) return;
    if (largest == nullptr || held_by(session) > held_by(*largest)) largest = &session;
  });
  const std::size_t mailbox = largest_mailbox(state);
  if (mailbox > 0 && (largest == nullptr || mailbox >= held_by(*largest))) {
    // Several at once, for finding them looks at every actor.
    return shrink_mail(state, mailbox / 2, now);
  }
  if (largest == nullptr || held_by(*largest) == 0) return false;
  state.events.push_back({LogEvent::memory_limit_reached,
                          {{"sessionId", largest->session_id},
                           {"heldBytes", static_cast<std::int64_t>(held_bytes(state))}}});
  cut_slow_consumer(state, *largest, now);
  return true;
}

void pay_farewells(State& state, Now now) {
  std::erase_if(state.farewells, [&](ConnId id) {
    Session* session = state.sessions.find(id);
    if (session == nullptr || session->farewell_by == never) return true;
    if (session->open_answers != 0) return false;
    finish_farewell(state, *session, now);
    return true;
  });
}

void move_mail(State& state, Now now) {
  state.origin = {DeliveryKind::mailbox, now.stopwatch_us};
  while (!state.returned_mail.empty()) {
    auto returned = std::move(state.returned_mail);
    state.returned_mail.clear();
    for (HeldReceipt& r : returned) return_mail(state, std::move(r.held), r.target, now);
  }
  if (!state.mail_due.empty()) send_due_mail(state, now);
}

}  // namespace

void start_upkeep(State& state, Now now) {
  const Millis interval = state.settings.cleanup_interval;
  if (interval == 0ms) return;
  state.timers.arm(now.mono + interval, {TimerKind::housekeeping, 0, 0});
}

void expire_due(State& state, Now now) {
  while (const auto who = state.timers.pop(now.mono)) {
    switch (who->kind) {
      case TimerKind::session:
        if (Session* session = state.sessions.find({who->slot, who->generation})) {
          session_due(state, *session, now);
        }
        break;
      case TimerKind::actor: {
        const ActorId id{who->slot, who->generation};
        if (Actor* actor = state.registry.find(id)) actor_due(state, id, *actor, now);
        break;
      }
      case TimerKind::deliveries: {
        const ActorId id{who->slot, who->generation};
        if (Actor* actor = state.registry.find(id)) deliveries_due(state, id, *actor, now);
        break;
      }
      case TimerKind::mail: state.mail_due.push_back({who->slot, who->generation}); break;
      case TimerKind::loads: ask_again(state, now); break;
      case TimerKind::housekeeping: keep_house(state, now); break;
    }
  }
}

void settle(State& state, Now now) {
  while (!state.overflowing.empty()) {
    const ConnId id = state.overflowing.back();
    state.overflowing.pop_back();
    Session* session = state.sessions.find(id);
    if (session != nullptr && !session->closing) cut_slow_consumer(state, *session, now);
  }
  const std::size_t limit = state.settings.memory_limit;
  while (limit != 0 && held_bytes(state) > limit && cut_largest(state, now)) {
  }
  move_mail(state, now);
  if (!state.farewells.empty()) pay_farewells(state, now);
}

void drain_sessions(State& state, Millis spread, Now now) {
  std::vector<ConnId> all;
  state.sessions.for_each([&all](ConnId id, Session&) { all.push_back(id); });
  for (const ConnId id : all) {
    Session& session = *state.sessions.find(id);
    const auto bound = static_cast<std::uint64_t>(std::max<std::int64_t>(1, spread.count()));
    session.shutdown_notice = Millis{static_cast<std::int64_t>(state.rng.below(bound))};
    if (!session.closing && !session.farewell) await_farewell(state, session, now);
  }
}

Stats snapshot(const State& state, MonoTime now) {
  Stats stats = state.stats;
  for (std::size_t i = 0; i < stats.refused.size(); ++i) {
    stats.refused[i] = state.gate.refused(static_cast<RefusalReason>(i));
  }
  stats.connections = state.sessions.size();
  stats.sessions_connected = state.connected;
  stats.sessions_stale = state.stale;
  stats.actors = state.registry.size();
  stats.actors_away = state.registry.away();
  stats.actors_dormant = state.registry.dormant();
  stats.mail_messages = state.mail_messages;
  stats.acks_pending = state.attempts_out;
  stats.retries_pending = state.attempts_pausing;
  stats.breakers_open = state.breakers_open;
  stats.remembered_ids = state.remembered.size();
  stats.journal_backlog = state.journal.backlog();
  stats.commit_waits = state.commit_waits.size();
  if (state.journal.oldest() != never) stats.journal_lag = now - state.journal.oldest();
  stats.topics = state.topics.size();
  stats.subscriptions = state.topics.subscription_count();
  stats.queued_frames = state.queued_frames;
  stats.queued_bytes = state.queued_bytes + state.shared_bytes;
  stats.reassembly_bytes = state.reassembly_bytes;
  stats.running_fanouts = state.fanouts.running.size();
  stats.dedupe_entries = state.dedupe.size();
  stats.messages_per_second = state.received.per_second(now);
  stats.connection_attempts_minute = state.gate.attempts_this_minute(now);
  stats.store_failing = state.store_failing;
  stats.draining = state.gate.draining();
  return stats;
}

}  // namespace signal_hub::core
