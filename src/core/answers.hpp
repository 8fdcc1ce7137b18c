// Answers: what a request gets back, once; remembered for retries where the protocol says so.
#pragma once

#include <string>
#include <string_view>

#include "core/open_request.hpp"
#include "core/outflow.hpp"
#include "core/state.hpp"
#include "wire/answers.hpp"

namespace signal_hub::core {

/// Counts a refusal of a request, or of an element of it, by code and type.
void count_error(State& state, std::size_t type, ErrorCode code);

/// Answers with a payload already encoded. Where the request was repeated from another connection
/// meanwhile, it goes there. `members` are added to the metadata.
void answer_encoded(State& state, const OpenRequest& request, std::string_view type,
                    std::string_view payload, std::string_view members, Now now);

template <class Answer>
void answer(State& state, const OpenRequest& request, const Answer& a, Now now,
            std::string_view members = {}) {
  std::string& payload = state.payload_scratch;
  payload.clear();
  wire::JsonWriter writer(payload);
  write_payload(writer, a);
  answer_encoded(state, request, Answer::type, payload, members, now);
}

/// Answers with an error; counts and logs it. A retryable one is not remembered: a retry may do
/// better.
void refuse(State& state, const OpenRequest& request, const wire::ErrorAnswer& error, Now now);

/// hub:unknown_actor.
void refuse_unknown(State& state, const OpenRequest& request, std::string_view address, Now now);

/// hub:unauthorized. `action` is the message type; `error_code` is TOKEN_EXPIRED, INVALID_TOKEN or
/// PERMISSION_DENIED.
void refuse_unauthorized(State& state, const OpenRequest& request, std::string_view action,
                         std::string_view error_code, std::string_view reason, Now now);

void refuse(State& state, const OpenRequest& request, const Error& error, Now now);

/// Repeats a remembered answer.
void repeat_answer(State& state, const ReplyTo& reply_to, const Dedupe::Answer& answer, Now now);

/// Adds members (`"a":1,"b":2`) to a JSON object's text.
std::string with_members(std::string_view object, std::string_view members);

}  // namespace signal_hub::core
