#include "core/deliveries.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "core/commits.hpp"
#include "core/dead_letters.hpp"
#include "core/mail_texts.hpp"
#include "core/mailroom.hpp"
#include "core/make_room.hpp"
#include "core/notices.hpp"
#include "core/outflow.hpp"
#include "core/receipts.hpp"
#include "wire/delivery_id.hpp"
#include "wire/forward.hpp"

namespace signal_hub::core {
namespace {

using Out = std::map<std::uint64_t, Attempt>;

void arm(State& state, ActorId id, Outstanding& box, MonoTime deadline) {
  if (deadline >= box.armed) return;
  box.armed = deadline;
  state.timers.arm(deadline, {TimerKind::deliveries, id.slot, id.generation});
}

/// The attempt is no longer undecided.
void decided(State& state, Outstanding& box, Attempt& attempt) {
  if (attempt.stage == Attempt::Stage::pausing) return;
  --box.undecided;
  --state.attempts_out;
}

/// Out of those that are out.
Held take_back(State& state, Outstanding& box, Out::iterator at) {
  decided(state, box, at->second);
  if (at->second.stage == Attempt::Stage::pausing) --state.attempts_pausing;
  Held held = std::move(at->second.held);
  box.out_bytes -= held.bytes;
  box.out.erase(at);
  return held;
}

void breaker_failed(State& state, ActorId id, const Actor& actor, Now now) {
  Breaker& breaker = actor.reliable->breaker;
  const bool was_closed = breaker.closed();
  breaker.failed(state.settings.breaker_failures, state.settings.breaker_pause, now.mono);
  if (breaker.closed()) return;
  arm(state, id, *actor.reliable, breaker.half_open_at());
  if (!was_closed) return;
  ++state.breakers_open;
  ++state.stats.breakers_opened;
  state.events.push_back(
      {LogEvent::breaker_opened,
       {{"actorAddress", actor.address}, {"failures", std::int64_t{breaker.failures()}}}});
}

void breaker_succeeded(State& state, const Actor& actor) {
  Breaker& breaker = actor.reliable->breaker;
  if (!breaker.closed()) {
    --state.breakers_open;
    state.events.push_back({LogEvent::breaker_closed, {{"actorAddress", actor.address}}});
  }
  breaker.succeeded();
}

/// Somewhere below base × 2^(attempts - 1), so that those that failed together do not return so.
Millis pause_before_next(State& state, std::uint16_t attempts) {
  const auto base = static_cast<std::uint64_t>(state.settings.retry_base.count());
  const auto cap = static_cast<std::uint64_t>(state.settings.retry_cap.count());
  constexpr unsigned most_doublings = 20;
  const unsigned doublings = std::min<unsigned>(attempts - 1, most_doublings);
  const std::uint64_t most = std::max<std::uint64_t>(1, std::min(cap, base << doublings));
  return Millis{static_cast<std::int64_t>(state.rng.below(most + 1))};
}

void finish(State& state, const Held& held, const Actor& actor, DeliveryOutcome outcome,
            std::optional<WallTime> attempted, Now now) {
  const std::uint64_t seq = state.journal.append(
      MessageDone{held.position, outcome, held.attempts, attempted, now.wall, held.asked},
      now.mono);
  if (!held.asked) return;
  tell_when_durable(state, notice_of(held, actor.address, name(outcome), {}, now), seq, now);
}

bool exhausted(const State& state, const Held& held) {
  const std::uint32_t most = state.settings.max_attempts;
  return most != 0 && held.attempts >= most;
}

void note_failure(State& state, Held& held, WallTime sent, std::string_view event,
                  std::string_view detail, Now now) {
  Trail& trail = held.letter->trail;
  note(trail, sent, "attempt", std::to_string(held.attempts));
  note(trail, now.wall, event, detail);
  state.journal.append(
      MessageAttempt{held.position, held.attempts, sent, std::string(event), encode(trail)},
      now.mono);
}

/// An attempt has failed: another one after a pause, or none.
void failed(State& state, ActorId id, Actor& actor, Out::iterator at, std::string_view event,
            std::string_view detail, Now now) {
  Outstanding& box = *actor.reliable;
  Attempt& attempt = at->second;
  note_failure(state, attempt.held, attempt.at, event, detail, now);
  breaker_failed(state, id, actor, now);
  if (exhausted(state, attempt.held)) {
    const Held held = take_back(state, box, at);
    return let_go(state, actor, held, DropReason::max_attempts, now);
  }
  decided(state, box, attempt);
  attempt.stage = Attempt::Stage::pausing;
  ++state.attempts_pausing;
  attempt.due = now.mono + pause_before_next(state, attempt.held.attempts);
  arm(state, id, box, attempt.due);
}

/// The target acknowledges this message, if it has come this far.
bool expects_ack(const State& state, const Actor& actor, const Held& held) {
  if (!held.publication) return actor.acks;
  const Subscription* subscription = state.topics.find(held.letter->subscription);
  return subscription != nullptr && subscription->acks;
}

bool may_attempt(const State& state, const Outstanding& box, bool acks, Now now) {
  if (!box.breaker.may_try(box.undecided, now.mono)) return false;
  const std::size_t window = state.settings.ack_window;
  return !acks || window == 0 || box.undecided < window;
}

void attempt(State& state, ActorId id, Actor& actor, Session& session, bool acks, Now now) {
  Outstanding& box = *actor.reliable;
  Held held = take_first_reliable(state, actor);
  ++held.attempts;
  ++state.stats.attempts;
  const std::string delivery = wire::delivery_id(held.position);
  wire::Attempt added{delivery, held.attempts};
  if (held.publication) added.original_id = held.letter->message_id;
  std::string& tail = state.tail_scratch;
  tail.clear();
  wire::write_attempt(tail, *held.letter->tail, added);
  const AttemptReceipt receipt{id, held.position, held.attempts};
  const std::uint64_t position = held.position;
  box.out_bytes += held.bytes;
  box.out.emplace(position,
                  Attempt{std::move(held), Attempt::Stage::sending, acks, never, now.wall});
  ++box.undecided;
  ++state.attempts_out;
  enqueue_delivery(state, actor, session, tail, nullptr, await_written(state, receipt));
}

void bury_first(State& state, Actor& actor, DropReason reason, Now now) {
  const Held held = take_first_reliable(state, actor);
  let_go(state, actor, held, reason, now);
}

}  // namespace

void store_reliable(State& state, ActorId id, Actor& actor, const Parcel& parcel, ReliableSend send,
                    Now now) {
  Held held = held_of(state, parcel, now);
  held.position = send.position;
  held.promised = true;
  held.reliable = true;
  held.asked = send.asked;
  Letter& letter = *held.letter;
  letter.sender = send.sender;
  letter.message_id = send.message_id;
  letter.sender_conn = send.conn;
  MessageRow row{send.position, actor.address, letter.sender,  letter.message_id,
                 *letter.tail,  now.wall,      parcel.expires, true,
                 true,          send.asked,    held.priority,  {}};
  if (held.publication) row.topic = state.topics.name_of(parcel.subscription);
  const std::uint64_t seq = state.journal.append_urgent(std::move(row), now.mono);
  put_mail(state, actor, std::move(held));
  ++state.stats.stored;
  queued_when_durable(state, std::move(send.request), send.answered, seq, id, send.position, now);
}

void send_reliable(State& state, ActorId id, Actor& actor, Session& session, Now now) {
  while (actor.reliable_waits()) {
    Mailbox& waiting = actor.reliable->waiting;
    Held& next = waiting.front();
    if (!next.committed) return;  // its commit comes back here
    if (next.on_disk_only()) return ask_for_texts(state, id, waiting, true);
    if (expired(next, now)) {
      bury_first(state, actor, DropReason::expired, now);
    } else if (unwanted(state, actor, next)) {
      bury_first(state, actor, DropReason::unsubscribed, now);
    } else {
      const bool acks = expects_ack(state, actor, next);
      if (!may_attempt(state, *actor.reliable, acks, now)) return;
      if (window_full(session)) return session.mail_behind.push_back(id);
      attempt(state, id, actor, session, acks, now);
    }
  }
  tidy(actor);
}

void attempt_written(State& state, const AttemptReceipt& written, Now now) {
  Actor* actor = state.registry.find(written.actor);
  if (actor == nullptr || !actor->reliable) return;
  Outstanding& box = *actor->reliable;
  const auto at = box.out.find(written.position);
  if (at == box.out.end() || at->second.stage != Attempt::Stage::sending ||
      at->second.held.attempts != written.attempt) {
    return;  // answered, or recalled, before all of it was written
  }
  if (at->second.acks) {
    at->second.stage = Attempt::Stage::unacked;
    at->second.due = now.mono + state.settings.ack_timeout;
    return arm(state, written.actor, box, at->second.due);
  }
  const WallTime sent = at->second.at;
  const Held held = take_back(state, box, at);
  breaker_succeeded(state, *actor);
  finish(state, held, *actor, DeliveryOutcome::delivered, sent, now);
  tidy(*actor);
  if (actor->reliable) state.mail_due.push_back(written.actor);
}

bool acknowledge(State& state, ActorId id, std::uint64_t position, Now now) {
  Actor* actor = state.registry.find(id);
  if (actor == nullptr || !actor->reliable) return false;
  Outstanding& box = *actor->reliable;
  std::optional<Held> held;
  std::optional<WallTime> sent;
  if (const auto at = box.out.find(position); at != box.out.end()) {
    sent = at->second.at;
    held = take_back(state, box, at);
  } else if (const Held* waits = box.waiting.at_position(position); waits && waits->committed) {
    // It came back with its session, or with the hub, and what was delivered before counts.
    held = box.waiting.take(position);
    --state.mail_messages;
  }
  if (!held) return false;
  ++state.stats.acknowledged;
  breaker_succeeded(state, *actor);
  finish(state, *held, *actor, DeliveryOutcome::acknowledged, sent, now);
  tidy(*actor);
  if (actor->reliable) state.mail_due.push_back(id);
  return true;
}

bool reject(State& state, ActorId id, std::uint64_t position, std::string_view reason, bool requeue,
            Now now) {
  Actor* actor = state.registry.find(id);
  if (actor == nullptr || !actor->reliable) return false;
  Outstanding& box = *actor->reliable;
  const auto at = box.out.find(position);
  if (at == box.out.end()) return false;
  ++state.stats.nacks;
  // It has failed before; or the target speaks of an attempt before this one, which is on its way.
  if (at->second.stage != Attempt::Stage::unacked && requeue) return true;
  if (requeue) {
    failed(state, id, *actor, at, "nack", reason, now);
  } else {
    note_failure(state, at->second.held, at->second.at, "nack", reason, now);
    const Held held = take_back(state, box, at);
    breaker_succeeded(state, *actor);  // it is there and answers
    bury(state, held, actor->address, reason.empty() ? "nack" : reason, now);
  }
  tidy(*actor);
  if (actor->reliable) state.mail_due.push_back(id);
  return true;
}

void recall(State& state, ActorId id, Actor& actor, Now now) {
  if (!actor.reliable) return;
  Outstanding& box = *actor.reliable;
  bool lost = false;
  while (!box.out.empty()) {
    const auto at = box.out.begin();
    const Attempt::Stage stage = at->second.stage;
    const WallTime sent = at->second.at;
    Held held = take_back(state, box, at);
    if (stage == Attempt::Stage::sending) --held.attempts;  // it counts when all was written
    if (stage == Attempt::Stage::unacked) {
      lost = true;
      ++state.stats.attempts_lost;
      note_failure(state, held, sent, "connection_lost", {}, now);
    }
    if (stage == Attempt::Stage::unacked && exhausted(state, held)) {
      let_go(state, actor, held, DropReason::max_attempts, now);
    } else {
      put_mail(state, actor, std::move(held));
    }
  }
  if (lost) breaker_failed(state, id, actor, now);
  tidy(actor);
}

void target_returned(Actor& actor, Now now) {
  if (actor.reliable) actor.reliable->breaker.returned(now.mono);
}

void deliveries_due(State& state, ActorId id, Actor& actor, Now now) {
  if (!actor.reliable) return;
  Outstanding& box = *actor.reliable;
  box.armed = never;
  MonoTime next = box.breaker.half_open_at() > now.mono ? box.breaker.half_open_at() : never;
  for (auto at = box.out.begin(); at != box.out.end();) {
    const auto current = at++;
    const Attempt& attempt = current->second;
    if (attempt.due > now.mono) {
      next = std::min(next, attempt.due);
    } else if (attempt.stage == Attempt::Stage::unacked) {
      ++state.stats.ack_timeouts;
      failed(state, id, actor, current, "timeout", {}, now);
    } else {
      put_mail(state, actor, take_back(state, box, current));
    }
  }
  if (next != never) arm(state, id, box, next);
  state.mail_due.push_back(id);
  tidy(actor);
}

void give_up_reliable(State& state, Actor& actor, Mail rest, std::string_view reason, Now now) {
  if (!actor.reliable) return;
  Outstanding& box = *actor.reliable;
  while (!box.out.empty()) {
    const Attempt::Stage stage = box.out.begin()->second.stage;
    const WallTime sent = box.out.begin()->second.at;
    Held held = take_back(state, box, box.out.begin());
    if (stage == Attempt::Stage::sending) --held.attempts;  // it counts when all was written
    if (stage == Attempt::Stage::unacked) {
      note_failure(state, held, sent, "target_gone", reason, now);
    }
    put_mail(state, actor, std::move(held));
  }
  if (!actor.reliable->breaker.closed()) breaker_succeeded(state, actor);
  sift(state, actor, actor.reliable->waiting, [&](Held held) -> std::optional<Held> {
    const bool kept = rest == Mail::of_subscriptions_stays && held.publication &&
                      (held.on_disk_only() || !unwanted(state, actor, held));
    if (kept && !exhausted(state, held)) return held;
    if (kept) {
      let_go(state, actor, held, DropReason::max_attempts, now);
    } else {
      bury(state, held, actor.address, reason, now);
    }
    return std::nullopt;
  });
}

}  // namespace signal_hub::core
