#include "core/mailroom.hpp"

#include <utility>

namespace signal_hub::core {
namespace {

Mailbox& mailbox_of(Actor& actor) {
  if (!actor.mailbox) actor.mailbox = std::make_unique<Mailbox>();
  return *actor.mailbox;
}

void count_out(State& state, Actor& actor) {
  --state.mail_messages;
  if (actor.mailbox->empty()) actor.mailbox.reset();
}

}  // namespace

std::uint64_t next_position(State& state) { return ++state.last_position; }

void put_mail(State& state, Actor& actor, Held held) {
  mailbox_of(actor).push(std::move(held));
  ++state.mail_messages;
}

void put_mail_back(State& state, Actor& actor, Held held) {
  mailbox_of(actor).put_back(std::move(held));
  ++state.mail_messages;
}

Held take_first_mail(State& state, Actor& actor) {
  Held held = actor.mailbox->take_front();
  count_out(state, actor);
  return held;
}

std::optional<Held> take_mail(State& state, Actor& actor, std::uint64_t position) {
  if (!actor.mailbox) return std::nullopt;
  auto held = actor.mailbox->take(position);
  if (held) count_out(state, actor);
  return held;
}

std::optional<Held> take_unpromised_mail(State& state, Actor& actor) {
  if (!actor.mailbox) return std::nullopt;
  auto held = actor.mailbox->take_unpromised();
  if (held) count_out(state, actor);
  return held;
}

ActorId addressee(const State& state, std::string_view address) {
  const ActorId registered = state.registry.find_address(address);
  return registered.valid() ? registered : state.registry.find_dormant(address);
}

}  // namespace signal_hub::core
