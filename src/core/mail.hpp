// Mail: what waits for actors that cannot be reached now, and how it gets to them
// (PROTOCOL.md §3 away, §7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/actor.hpp"
#include "core/open_request.hpp"
#include "core/shared_tail.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

/// What a message brings along besides its text.
struct Parcel {
  SharedTail& tail;
  std::optional<WallTime> expires{};
  SubscriptionId subscription{};  // of a publication
  ReceiptId receipt = 0;          // somebody waits until it is written
  std::uint8_t priority = 1;      // among those that wait
  std::string_view sender{};      // of a hub:send, so that its fate is known later
  std::string_view message_id{};
};

/// It as it waits in a mailbox, not in one yet.
Held held_of(State& state, const Parcel& parcel, Now now);

enum class Handling : std::uint8_t {
  sent,  // on its way to the actor's session
  held,  // waits for an actor that is offline
  full,  // the mailbox has no room; counted
  lost,  // its session takes no more; counted
};

/// An at-most-once message: to the actor's session, or into its mailbox if it is offline or has
/// mail that must come first.
Handling deliver(State& state, Actor& actor, const Parcel& parcel, Now now);

/// An ask to an offline actor: stored, then answered `queued`; or refused.
void store_message(State& state, ActorId id, Actor& actor, const Parcel& parcel,
                   std::string_view sender, OpenRequest request, Now now);

/// Sends what waits for the actors named in State::mail_due, as far as their sessions take it.
void send_due_mail(State& state, Now now);

/// The registration ended: what was promised becomes dead letters. The rest is dropped, but for
/// publications of subscriptions that go on if the actor stays as a dormant one.
enum class Mail : std::uint8_t { of_subscriptions_stays, goes };
void give_up_mail(State& state, Actor& actor, Mail rest, std::string_view reason, Now now);

/// An at-most-once message was taken from its mailbox and could not be delivered: back to its
/// place, or a dead letter if nobody is there any more.
void return_mail(State& state, Held held, std::string_view target, Now now);

/// The session is gone: asks that waited for it in the mailbox are answered.
void end_waiting_asks(State& state, Actor& actor, Now now);

/// What has expired in mailboxes goes.
void expire_mail(State& state, Now now);

/// Room is needed: mailboxes that hold at least `bytes` in memory lose what nobody was promised,
/// and texts that are on disk. False: there was nothing to be had.
bool shrink_mail(State& state, std::size_t bytes, Now now);

/// The most that any mailbox holds in memory, in bytes.
std::size_t largest_mailbox(State& state);

/// Writes all mail that is in memory only to the journal: the hub stops.
void journal_mail(State& state, Now now);

}  // namespace signal_hub::core
