// Mailroom: mailboxes as the hub counts them. Every message goes in and out through here.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "core/actor.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

/// The place of the next message among all that ever waited; never used again (the run number is
/// in its upper half).
std::uint64_t next_position(State& state);

/// Into the actor's mailbox for its delivery level, where its priority and position belong.
void put_mail(State& state, Actor& actor, Held held);

/// REQUIRES: actor.mail_waits().
Held take_first_mail(State& state, Actor& actor);

/// REQUIRES: actor.reliable_waits().
Held take_first_reliable(State& state, Actor& actor);

/// One that waits, reliable or not. Nullopt: there is none at this position.
std::optional<Held> take_mail(State& state, Actor& actor, std::uint64_t position);
Held* find_mail(Actor& actor, std::uint64_t position);

/// The oldest one that nobody was promised; nullopt if there is none.
std::optional<Held> take_unpromised_mail(State& state, Actor& actor);

/// The oldest one that was promised and waits; nullopt if there is none.
std::optional<Held> take_oldest_promised(State& state, Actor& actor);

/// Who has just sent or lost something may have nothing left to be remembered.
void tidy(Actor& actor);

/// The session is to take no more mail for now.
bool window_full(const Session& session);

bool expired(const Held& held, Now now);

/// A publication whose subscription ended while it waited, and the actor has no other it was for;
/// if there is one, it waits for that from now on. REQUIRES: held.letter.
bool unwanted(const State& state, const Actor& actor, Held& held);

/// Who is registered or dormant under this address; invalid id: nobody.
ActorId addressee(const State& state, std::string_view address);

/// Everything that waits in `box`, in order; f(Held) returns what stays. `box` may go away: it is
/// the actor's.
template <class F>
void sift(State& state, Actor& actor, Mailbox& box, F&& f) {
  Mailbox all = std::move(box);
  box = Mailbox{};
  box.loading = all.loading;
  state.mail_messages -= all.size();
  while (!all.empty()) {
    if (auto kept = f(all.take_front())) put_mail(state, actor, std::move(*kept));
  }
  tidy(actor);
}

}  // namespace signal_hub::core
