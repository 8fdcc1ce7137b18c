// Receipts of at-most-once sends: hub:delivery_ack when the bytes are with the target's socket
// (PROTOCOL.md §4, "Answers to hub:send").
#pragma once

#include <string_view>
#include <vector>

#include "core/open_request.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

/// The request is answered when its delivery to `target` has been written or is lost; give the id
/// to deliver(). Its session waits with its farewell until then.
ReceiptId await_written(State& state, OpenRequest request, std::string_view target);

/// Their frames are with the kernel: status `delivered`.
void receipts_written(State& state, const std::vector<ReceiptId>& ids, Now now);

/// Their frames will never leave: the target is as good as unknown.
void receipts_lost(State& state, const std::vector<ReceiptId>& ids, Now now);

/// The session owes or has paid one answer it must give before its farewell.
void owe_answer(State& state, ConnId conn);
void paid_answer(State& state, ConnId conn);

}  // namespace signal_hub::core
