#include "core/lifecycle.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/limits.hpp"
#include "core/answers.hpp"
#include "core/deliveries.hpp"
#include "core/mail.hpp"
#include "core/outflow.hpp"
#include "core/receipts.hpp"

namespace signal_hub::core {
namespace {

constexpr std::uint16_t close_normal = 1000;

void drop_waiting(State& state, Session& session) {
  count_drop(state, DropReason::session_ended, session.waiting.size());
  state.waiting_bytes -= session.waiting_bytes;
  session.waiting.clear();
  session.waiting_bytes = 0;
}

void begin_close(State& state, Session& session, std::uint16_t code, std::string_view reason,
                 Now now) {
  session.closing = true;
  session.outcome = outcome_named(reason);
  session.farewell.reset();
  session.shutdown_notice.reset();
  drop_waiting(state, session);  // nothing more is read of it
  session.farewell_by = never;
  session.cut_at = now.mono + limits::cut_after;
  state.commands.emplace_back(CloseCommand{session.id, code, std::string(reason)});
  arm_session(state, session);
}

void forget_identity(State& state, const Session& session) {
  const auto held = state.by_identity.find(session.connected_as);
  if (held != state.by_identity.end() && held->second == session.id) {
    state.by_identity.erase(held);
  }
}

void end_guest(State& state, Session& session, Now now) {
  const ActorId guest = std::exchange(session.guest, {});
  if (Actor* actor = state.registry.find(guest)) {
    state.topics.abandon_all(*actor);
    give_up_mail(state, *actor, Mail::goes, "session_ended", now);
    state.registry.remove(guest, now.mono);
  }
}

ActorRow row_of(const Actor& actor) {
  std::optional<WallTime> offline;
  if (!actor.online()) offline = actor.offline_since;
  return {actor.address,
          actor.capabilities,
          actor.metadata,
          actor.identity,
          actor.connected_as,
          actor.session_id,
          actor.status,
          offline,
          actor.registered_at,
          actor.expires_at,
          actor.ttl,
          actor.version,
          actor.registration,
          actor.token_counter,
          actor.renew_on_heartbeat,
          actor.acks,
          actor.drop_oldest};
}

/// The actor's session was lost: it is away for the grace, or until its registration ends.
void leave(State& state, ActorId id, Now now) {
  Actor* actor = state.registry.find(id);
  if (actor == nullptr) return;
  const Millis grace = state.settings.grace;
  if (grace == 0ms) return retire_actor(state, id, "connection_lost", now);
  end_waiting_asks(state, *actor, now);
  recall(state, id, *actor, now);
  state.registry.mark(*actor, ActorStatus::away);
  actor->conn = {};
  actor->offline_since = now.wall;
  actor->offline_until = now.mono + grace;
  journal_actor(state, *actor, now);
  arm_actor(state, id, *actor);
  state.events.push_back({LogEvent::actor_away, {{"actorAddress", actor->address}}});
}

}  // namespace

void enter(State& state, Session& session, SessionState to, std::string_view trigger, Now now) {
  assert(may_follow(session.state, to));
  Event event{LogEvent::session_state, {{"sessionId", session.session_id}}};
  if (!session.identity.empty()) event.fields.push_back({"actorAddress", session.identity});
  event.fields.push_back({"fromState", std::string(name(session.state))});
  event.fields.push_back({"toState", std::string(name(to))});
  event.fields.push_back({"trigger", std::string(trigger)});
  if (to == SessionState::disconnected) {
    event.fields.push_back({"duration", (now.mono - session.opened).count()});
  }
  state.events.push_back(std::move(event));
  if (to == SessionState::connected) ++state.connected;
  if (session.state == SessionState::connected) --state.connected;
  session.state = to;
}

void say_goodbye(State& state, Session& session, const wire::Disconnecting& why, std::uint16_t code,
                 Now now) {
  if (session.closing) return;
  const bool known = !session.identity.empty();
  tell(state, session, known ? session.identity : "@(anonymous)", why, now);
  close_session(state, session, code, why.reason, now);
}

void close_session(State& state, Session& session, std::uint16_t code, std::string_view trigger,
                   Now now) {
  if (session.closing) return;
  if (session.state == SessionState::connected) {
    enter(state, session, SessionState::disconnecting, trigger, now);
  }
  begin_close(state, session, code, trigger, now);
}

void finish_farewell(State& state, Session& session, Now now) {
  if (session.farewell) {
    answer(state, *session.farewell, wire::DisconnectAcknowledged{}, now);
    begin_close(state, session, close_normal, "disconnect", now);
  } else if (session.shutdown_notice) {
    const Millis after = *session.shutdown_notice;
    say_goodbye(state, session, {"server_shutdown", "The hub is stopping.", after},
                close_going_away, now);
  }
}

void await_farewell(State& state, Session& session, Now now) {
  if (session.open_answers == 0) return finish_farewell(state, session, now);
  session.farewell_by = now.mono + limits::cut_after;
  state.farewells.push_back(session.id);
  arm_session(state, session);
}

void release_actors(State& state, Session& session, End end, Now now) {
  const auto actors = std::exchange(session.actors, {});
  for (const ActorId id : actors) {
    if (end == End::clean) {
      retire_actor(state, id, "unregistered", now);
    } else {
      leave(state, id, now);
    }
  }
  return_stored(state, session);
  end_guest(state, session, now);
  release_senders(state, session, now);
  forget_identity(state, session);
}

void displace(State& state, Session& old, std::string_view address, Now now) {
  state.events.push_back({LogEvent::actor_replaced,
                          {{"sessionId", old.session_id}, {"actorAddress", std::string(address)}}});
  const ActorId kept = state.registry.find_address(address);
  std::erase(old.actors, kept);
  if (Actor* actor = state.registry.find(kept); actor != nullptr && actor->reliable) {
    // Delivered to the newer one again, first.
    recall(state, kept, *actor, now);
    target_returned(*actor, now);
    state.mail_due.push_back(kept);
  }
  // What was not sent yet is lost to the old session; the goodbye is its last message.
  std::vector<ReceiptId> lost;
  discard_outbox(state, old, DropReason::replaced, lost);
  say_goodbye(state, old,
              {"duplicate_connection",
               "Another session has taken over " + std::string(address) + ".", std::nullopt},
              close_normal, now);
  release_actors(state, old, End::unclean, now);
  receipts_lost(state, lost, now);
}

void finish_session(State& state, Session& session, Now now) {
  // What the hub closed for its own reasons is no client's farewell, whatever code came back.
  const bool clean = session.gone_clean && !session.closing;
  release_actors(state, session, clean ? End::clean : End::unclean, now);
  drop_waiting(state, session);
  std::vector<ReceiptId> lost;
  const std::size_t copied = session.outbox.copied_bytes();
  state.queued_frames -= session.outbox.frames();
  if (session.traffic.stale) --state.stale;
  count_drop(state, DropReason::target_gone, session.outbox.discard(state.buffers, lost));
  state.queued_bytes -= copied;
  state.reassembly_bytes -= std::exchange(session.reassembly_bytes, 0);
  const std::string_view trigger = session.gone_clean ? "closed" : "connection_lost";
  enter(state, session, SessionState::disconnected, trigger, now);
  state.gate.release(session.ip);
  ++state.stats.connections_closed;
  const Outcome by_peer = session.gone_clean ? Outcome::closed : Outcome::connection_lost;
  const Outcome outcome = session.closing ? session.outcome : by_peer;
  ++state.stats.closed[static_cast<std::size_t>(outcome)];
  const auto lived = std::chrono::microseconds(now.mono - session.opened).count();
  state.stats.connection_durations.observe(static_cast<std::uint64_t>(lived));
  state.sessions.erase(session.id);
  receipts_lost(state, lost, now);
}

void remove_actor(State& state, ActorId id, std::string_view reason, Now now) {
  Actor* actor = state.registry.find(id);
  if (actor == nullptr) return;
  state.topics.abandon_all(*actor);
  give_up_mail(state, *actor, Mail::goes, reason, now);
  state.journal.append(ActorGone{actor->address, actor->version, now.wall, state.crashes},
                       now.mono);
  if (Session* session = state.sessions.find(actor->conn)) std::erase(session->actors, id);
  state.registry.remove(id, now.mono);
}

void retire_actor(State& state, ActorId id, std::string_view reason, Now now) {
  Actor* actor = state.registry.find(id);
  if (actor == nullptr) return;
  if (!state.topics.has_durable(*actor)) return remove_actor(state, id, reason, now);
  for (const std::string& topic : state.topics.leave_passing(*actor)) {
    journal_unsubscription(state, *actor, topic, now);
  }
  if (Session* session = state.sessions.find(actor->conn)) std::erase(session->actors, id);
  state.registry.delist(id);
  give_up_mail(state, *actor, Mail::of_subscriptions_stays, reason, now);
  const Millis kept = state.settings.durable_ttl;
  actor->offline_since = now.wall;
  actor->offline_until = kept == 0ms ? never : now.mono + kept;
  journal_actor(state, *actor, now);
  arm_actor(state, id, *actor);
}

void resume_actor(State& state, ActorId id, Session& session, Now now) {
  Actor& actor = *state.registry.find(id);
  if (actor.status == ActorStatus::dormant) {
    state.registry.enlist(id, actor.address);
  } else {
    Registry::bump_version(actor);
  }
  state.registry.mark(actor, ActorStatus::online);
  actor.conn = session.id;
  actor.offline_until = never;
  target_returned(actor, now);
  if (actor.mail_waits() || actor.reliable) state.mail_due.push_back(id);
  state.events.push_back({LogEvent::actor_resumed,
                          {{"sessionId", session.session_id},
                           {"actorAddress", actor.address},
                           {"duration", (now.wall - actor.offline_since).count()}}});
}

ActorId guest_of(State& state, Session& session) {
  Actor* guest = state.registry.find(session.guest);
  if (guest == nullptr) session.guest = state.registry.add_guest(session.identity, session.id);
  return session.guest;
}

void journal_actor(State& state, const Actor& actor, Now now) {
  ActorRow row = row_of(actor);
  row.crashes = state.crashes;
  state.journal.append(std::move(row), now.mono);
}

void journal_subscription(State& state, const Actor& actor, SubscriptionId id, Now now) {
  if (actor.is_guest()) return;
  const Subscription& subscription = *state.topics.find(id);
  state.journal.append(
      SubscriptionRow{actor.address, std::string(state.topics.name_of(id)),
                      subscription.public_id.str(), subscription.durable, subscription.acks},
      now.mono);
}

void journal_unsubscription(State& state, const Actor& actor, std::string_view topic, Now now) {
  if (actor.is_guest()) return;
  state.journal.append(SubscriptionGone{actor.address, std::string(topic)}, now.mono);
}

void arm_actor(State& state, ActorId id, Actor& actor) {
  const MonoTime deadline =
      actor.registered ? std::min(actor.expires, actor.offline_until) : actor.offline_until;
  if (deadline >= actor.armed) return;
  actor.armed = deadline;
  state.timers.arm(deadline, {TimerKind::actor, id.slot, id.generation});
}

}  // namespace signal_hub::core
