#include "core/mailroom.hpp"

#include <memory>
#include <utility>

#include "base/limits.hpp"
#include "wire/forward.hpp"

namespace signal_hub::core {
namespace {

Mailbox& box_for(Actor& actor, const Held& held) {
  if (held.reliable) {
    if (!actor.reliable) actor.reliable = std::make_unique<Outstanding>();
    return actor.reliable->waiting;
  }
  if (!actor.mailbox) actor.mailbox = std::make_unique<Mailbox>();
  return *actor.mailbox;
}

/// One has been taken out.
Held counted_out(State& state, Actor& actor, Held held) {
  --state.mail_messages;
  tidy(actor);
  return held;
}

}  // namespace

std::uint64_t next_position(State& state) { return ++state.last_position; }

void put_mail(State& state, Actor& actor, Held held) {
  Mailbox& box = box_for(actor, held);
  box.put(std::move(held));
  ++state.mail_messages;
}

void tidy(Actor& actor) {
  if (actor.mailbox && actor.mailbox->empty()) actor.mailbox.reset();
  if (actor.reliable && actor.reliable->idle()) actor.reliable.reset();
}

Held take_first_mail(State& state, Actor& actor) {
  return counted_out(state, actor, actor.mailbox->take_front());
}

Held take_first_reliable(State& state, Actor& actor) {
  Held held = actor.reliable->waiting.take_front();
  --state.mail_messages;  // what is left of it is the caller's, who sends it
  return held;
}

std::optional<Held> take_mail(State& state, Actor& actor, std::uint64_t position) {
  std::optional<Held> held;
  if (actor.mailbox) held = actor.mailbox->take(position);
  if (!held && actor.reliable) held = actor.reliable->waiting.take(position);
  if (!held) return std::nullopt;
  return counted_out(state, actor, std::move(*held));
}

Held* find_mail(Actor& actor, std::uint64_t position) {
  Held* held = actor.mailbox ? actor.mailbox->at_position(position) : nullptr;
  if (held != nullptr || !actor.reliable) return held;
  return actor.reliable->waiting.at_position(position);
}

std::optional<Held> take_unpromised_mail(State& state, Actor& actor) {
  if (!actor.mailbox) return std::nullopt;
  auto held = actor.mailbox->take_unpromised();
  if (!held) return std::nullopt;
  return counted_out(state, actor, std::move(*held));
}

std::optional<Held> take_oldest_promised(State& state, Actor& actor) {
  // Those nobody was promised have made room before.
  auto oldest = actor.mailbox ? actor.mailbox->oldest() : std::nullopt;
  if (const auto reliable = actor.reliable ? actor.reliable->waiting.oldest() : std::nullopt) {
    oldest = std::min(oldest.value_or(*reliable), *reliable);
  }
  return oldest ? take_mail(state, actor, *oldest) : std::nullopt;
}

bool window_full(const Session& session) {
  return session.outbox.frames() >= limits::mail_window_frames ||
         session.outbox.bytes() >= limits::mail_window_bytes;
}

bool expired(const Held& held, Now now) { return held.expires < now.mono; }

bool unwanted(const State& state, const Actor& actor, Held& held) {
  if (!held.publication) return false;
  SubscriptionId& subscription = held.letter->subscription;
  if (state.topics.find(subscription) != nullptr) return false;
  if (actor.subscriptions.empty()) return true;
  const auto topic = wire::topic_of_publication(*held.letter->tail);
  if (topic) subscription = state.topics.meant_by(actor, *topic, held.position);
  return state.topics.find(subscription) == nullptr;
}

ActorId addressee(const State& state, std::string_view address) {
  const ActorId registered = state.registry.find_address(address);
  return registered.valid() ? registered : state.registry.find_dormant(address);
}

}  // namespace signal_hub::core
