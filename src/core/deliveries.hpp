// Deliveries: reliable messages from their acceptance to the target's acknowledgement
// (PROTOCOL.md §7, at-least-once).
//
// A message waits in its target's mailbox until it is on disk, then until a window of
// unacknowledged ones has room for it. Sent, it is out until it is acknowledged; an attempt that
// fails pauses, then it goes back to its place in the mailbox. What ends it goes to the journal.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/actor.hpp"
#include "core/mail.hpp"
#include "core/open_request.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

/// Who sends a reliable message, and what it wants to hear.
struct ReliableSend {
  std::string_view sender;
  std::string_view message_id;
  ConnId conn;
  bool asked = false;          // what becomes of it
  bool answered = false;       // `queued`
  OpenRequest request{};       // told of failures in any case, unless it is empty
  std::uint64_t position = 0;  // next_position(), or one set aside for it
};

/// Takes it into storage. REQUIRES: make_room() said true, promises are not refused.
void store_reliable(State& state, ActorId id, Actor& actor, const Parcel& parcel, ReliableSend send,
                    Now now);

/// Sends what may be sent to an actor that is online.
void send_reliable(State& state, ActorId id, Actor& actor, Session& session, Now now);

/// All bytes of an attempt are with the kernel.
void attempt_written(State& state, const AttemptReceipt& attempt, Now now);

/// The target has acknowledged it, wherever it waits by now. False: no such message is known.
bool acknowledge(State& state, ActorId id, std::uint64_t position, Now now);

/// The target gives it back, for another attempt or for good. False: it is not out.
bool reject(State& state, ActorId id, std::uint64_t position, std::string_view reason, bool requeue,
            Now now);

/// The actor's session is left: what is out goes back to its place, what pauses pauses no more.
void recall(State& state, ActorId id, Actor& actor, Now now);

/// The actor has a session again: it is tried at once.
void target_returned(Actor& actor, Now now);

/// Deadlines of acks, pauses and the breaker.
void deliveries_due(State& state, ActorId id, Actor& actor, Now now);

/// The registration ended: all of it becomes dead letters, but for publications that stay.
void give_up_reliable(State& state, Actor& actor, Mail rest, std::string_view reason, Now now);

}  // namespace signal_hub::core
