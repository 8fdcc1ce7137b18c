// Receipts: what follows when a delivery's bytes are with its target's socket, or never will be
// (PROTOCOL.md §4, "Answers to hub:send"; §7).
#pragma once

#include <string_view>
#include <vector>

#include "core/open_request.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

/// The request is answered when its delivery to `target` has been written or is lost; give the id
/// to deliver(). Its session waits with its farewell until then.
ReceiptId await_written(State& state, OpenRequest request, std::string_view target);

/// An at-most-once message from the store: it is done when it has been written, else it returns to
/// the mailbox.
ReceiptId await_written(State& state, Held held, std::string_view target);

/// An attempt to deliver a reliable one.
ReceiptId await_written(State& state, AttemptReceipt attempt);

/// Their frames are with the kernel: status `delivered`; what was stored is done; reliable ones
/// begin to wait for their acks.
void receipts_written(State& state, const std::vector<ReceiptId>& ids, Now now);

/// Their frames will never leave: to an ask the target is as good as unknown. What was stored is
/// left in State::returned_mail. Reliable ones are recalled by who ends the session.
void receipts_lost(State& state, const std::vector<ReceiptId>& ids, Now now);

/// The session is being left: what came from the store returns to its mailbox, although its bytes
/// may still reach the socket, so that it is there before anything newer.
void return_stored(State& state, const Session& session);

/// The delivery was given up for another reason, which the sender is told.
void receipt_refused(State& state, ReceiptId id, const Error& error, Now now);

/// The session owes or has paid one answer it must give before its farewell.
void owe_answer(State& state, ConnId conn);
void paid_answer(State& state, ConnId conn);

}  // namespace signal_hub::core
