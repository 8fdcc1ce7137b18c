// Outflow: how frames get into outboxes, and what follows from queues that fill or empty
// (PROTOCOL.md §5).
//
// Nothing here ends a session: one that overflows is noted and cut at the end of the call.
#pragma once

#include <string>
#include <string_view>

#include "core/session.hpp"
#include "core/state.hpp"
#include "wire/answers.hpp"

namespace signal_hub::core {

/// Puts a frame into the session's outbox. A session that is closing takes none: false.
bool enqueue(State& state, Session& session, wire::Opcode opcode, const FrameParts& parts);

/// Puts a delivery to `actor` into its session's outbox; `tail` is copied unless `shared` owns it.
/// False: the session takes none.
bool enqueue_delivery(State& state, const Actor& actor, Session& session, std::string_view tail,
                      const SharedBytes& shared, ReceiptId receipt);

/// A message of the hub to a session that answers nothing.
void tell_encoded(State& state, Session& session, std::string_view to, std::string_view type,
                  std::string_view payload, Now now);

template <class Message>
void tell(State& state, Session& session, std::string_view to, const Message& m, Now now) {
  std::string payload;
  wire::JsonWriter writer(payload);
  write_payload(writer, m);
  tell_encoded(state, session, to, Message::type, payload, now);
}

/// Tells a sender whose target's queue is above the pause threshold; throttles one already told.
void push_back(State& state, Session& sender, std::string_view from, const Actor& target, Now now);

/// Tells the senders paused by this session to go on: its queue has drained, or it ends.
void release_senders(State& state, Session& session, Now now);

/// Emits a ReadCommand if whether the session should be read has changed.
void update_reading(State& state, Session& session, Now now);

/// The session's next deadline of any kind.
MonoTime next_deadline(const State& state, const Session& session);

/// Arms the session's timer if its next deadline is earlier than the one armed.
void arm_session(State& state, Session& session);

/// A message came from the session or was handed over to it.
void note_activity(State& state, Session& session, Now now);

/// The transport took `bytes` of the session's outbox.
void handed_over(State& state, Session& session, std::size_t bytes, Now now);

/// Marks the sessions to be written whose deliveries have waited for others long enough; a bounded
/// number a call.
void write_coalesced(State& state, Now now);

/// Drops the frames of which no byte was handed over; the receipts they carried go to `lost`.
void discard_outbox(State& state, Session& session, DropReason reason,
                    std::vector<ReceiptId>& lost);

void count_drop(State& state, DropReason reason, std::size_t n = 1);

}  // namespace signal_hub::core
