// Intake: from received bytes to a handler (PROTOCOL.md §1–§3, §6).
//
// Order: liveness text, waiting behind a fan-out, envelope, session state, request, rate, retries,
// time, permission, dispatch. Each step either passes or answers.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/session.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

/// One complete message of a session.
void take_frame(State& state, Session& session, std::string_view bytes, Now now);

/// Takes the frames anew that the store has found to be no duplicates.
void retake_frames(State& state, Now now);

/// Goes on with frames that waited behind the session's fan-out.
void resume_waiting(State& state, Session& session, Now now);

/// The bytes one message of this session may have now; 0: any number.
std::size_t message_limit(const State& state, const Session& session);

/// A message over the size limit is discarded by the transport.
void refuse_oversized(State& state, Session& session, std::size_t size, Now now);

/// Closes with 1009 if what is known of the message is more than 4 times the limit.
void end_if_huge(State& state, Session& session, std::size_t size, Now now);

}  // namespace signal_hub::core
