// Lifecycle: how sessions begin, change state and end, and what their end does to actors
// (PROTOCOL.md §3).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/session.hpp"
#include "core/state.hpp"
#include "wire/answers.hpp"

namespace signal_hub::core {

inline constexpr std::uint16_t close_going_away = 1001;

/// Changes the state and logs it. REQUIRES: may_follow(session.state, to).
void enter(State& state, Session& session, SessionState to, std::string_view trigger, Now now);

/// Says hub:disconnect with `why`, then closes with `code` once all is sent; cut 2 s later. Nothing
/// more is routed to the session. Does not touch its actors.
void say_goodbye(State& state, Session& session, const wire::Disconnecting& why, std::uint16_t code,
                 Now now);

/// Closes without a message of the hub.
void close_session(State& state, Session& session, std::uint16_t code, std::string_view trigger,
                   Now now);

/// Acknowledges hub:disconnect and closes with 1000, or says that the hub stops and closes with
/// 1001: whichever waits in the session.
void finish_farewell(State& state, Session& session, Now now);

/// The farewell that waits in the session leaves when its open answers are given, or 2 s from now.
void await_farewell(State& state, Session& session, Now now);

/// How a session lets go of its actors (PROTOCOL.md §3).
enum class End : std::uint8_t {
  clean,    // they are unregistered
  unclean,  // they are away for --grace
};
void release_actors(State& state, Session& session, End end, Now now);

/// A newer session takes `address` over: the old one is told and closed, its other actors are away.
/// The actor under `address`, if registered, is left for the newer session to hold.
void displace(State& state, Session& old, std::string_view address, Now now);

/// The socket is gone, or ends now as far as the hub is concerned.
void finish_session(State& state, Session& session, Now now);

/// The registration ends. With durable subscriptions the actor stays as a dormant one, else it is
/// taken out of everything. Stored messages become dead letters for `reason`.
void retire_actor(State& state, ActorId id, std::string_view reason, Now now);

/// Takes an actor out of everything, durable subscriptions included.
void remove_actor(State& state, ActorId id, std::string_view reason, Now now);

/// An offline actor is held by `session` again; a dormant one is registered anew.
void resume_actor(State& state, ActorId id, Session& session, Now now);

/// The guest under which the session's identity subscribes; made when first needed.
ActorId guest_of(State& state, Session& session);

/// Records an actor's present state, or a subscription's, for the store.
void journal_actor(State& state, const Actor& actor, Now now);
void journal_subscription(State& state, const Actor& actor, SubscriptionId id, Now now);
void journal_unsubscription(State& state, const Actor& actor, std::string_view topic, Now now);

/// Arms the timer of an actor's expiry, or of the end of its absence.
void arm_actor(State& state, ActorId id, Actor& actor);

}  // namespace signal_hub::core
