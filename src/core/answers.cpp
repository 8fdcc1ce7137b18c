#include "core/answers.hpp"

#include <algorithm>

#include "core/trace.hpp"

namespace signal_hub::core {
namespace {

struct AnswerText {
  std::string_view type;  // a constant
  std::string_view payload;
  std::string_view members;
};

void send_to(State& state, const ReplyTo& reply_to, const AnswerText& a, Now now) {
  if (is_operator(reply_to.conn)) {
    state.operator_answers.push_back({reply_to.conn.generation,
                                      reply_to.correlation_id.value_or(""), std::string(a.type),
                                      std::string(a.payload)});
    return;
  }
  Session* session = state.sessions.find(reply_to.conn);
  if (session == nullptr) return count_drop(state, DropReason::asker_gone);
  if (is_traced(state, reply_to.metadata)) {
    trace(state, reply_to.metadata, "answered",
          {{"sessionId", session->session_id},
           {"messageId", reply_to.correlation_id.value_or("")},
           {"type", std::string(a.type)}});
  }
  const Uuid id = Uuid::make(state.rng);
  std::optional<std::string_view> correlation;
  if (reply_to.correlation_id) correlation = *reply_to.correlation_id;
  std::string with;
  std::string_view metadata = reply_to.metadata;
  if (!a.members.empty()) metadata = with = with_members(metadata, a.members);
  std::string& frame = state.frame_scratch;
  frame.clear();
  wire::write_answer(
      frame, {id.view(), state.settings.hub_address, reply_to.to, correlation, now.wall, metadata},
      a.type, a.payload);
  if (!enqueue(state, *session, wire::Opcode::text, {frame})) {
    count_drop(state, DropReason::asker_gone);
  }
}

void settle(State& state, const OpenRequest& request, const AnswerText& a, bool remembered,
            Now now) {
  std::optional<ReplyTo> moved;
  if (request.retry.valid()) {
    moved = remembered ? state.dedupe.keep(request.retry,
                                           {a.type, std::string(a.payload), std::string(a.members)})
                       : state.dedupe.forget(request.retry);
  }
  send_to(state, moved ? *moved : request.reply_to, a, now);
}

void note_refusal(State& state, const OpenRequest& request, ErrorCode code) {
  count_error(state, request.type, code);
  const Session* session = state.sessions.find(request.reply_to.conn);
  if (is_traced(state, request.reply_to.metadata)) {
    trace(state, request.reply_to.metadata, "refused",
          {{"messageId", request.message_id}, {"code", std::string(info(code).name)}});
  }
  state.events.push_back({LogEvent::message_refused,
                          {{"sessionId", session ? session->session_id : std::string()},
                           {"actorAddress", request.reply_to.to},
                           {"code", std::string(info(code).name)}}});
}

}  // namespace

void count_error(State& state, std::size_t type, ErrorCode code) {
  ++state.stats.errors[static_cast<std::size_t>(code)];
  ++state.stats.failed_by_type[std::min(type, request_type_count)];
}

void answer_encoded(State& state, const OpenRequest& request, std::string_view type,
                    std::string_view payload, std::string_view members, Now now) {
  settle(state, request, {type, payload, members}, !request.id_on_disk, now);
}

void refuse(State& state, const OpenRequest& request, const wire::ErrorAnswer& error, Now now) {
  note_refusal(state, request, error.error.code);
  std::string payload;
  std::string members;
  wire::JsonWriter writer(payload);
  write_payload(writer, error);
  if (!error.error_code.empty()) {
    members = "\"errorCode\":\"" + std::string(error.error_code) + "\"";
  }
  settle(state, request, {wire::type_of(error), payload, members},
         !info(error.error.code).retryable, now);
}

void refuse(State& state, const OpenRequest& request, const Error& error, Now now) {
  refuse(state, request, wire::ErrorAnswer{error}, now);
}

void refuse_unknown(State& state, const OpenRequest& request, std::string_view address, Now now) {
  const Error error{ErrorCode::unknown_actor, "Actor not registered with Signal Hub", {}, {}};
  wire::ErrorAnswer a{error};
  a.address = address;
  refuse(state, request, a, now);
}

void refuse_unauthorized(State& state, const OpenRequest& request, std::string_view action,
                         std::string_view error_code, std::string_view reason, Now now) {
  const Error error{ErrorCode::unauthorized, std::string(reason), {}, {}};
  wire::ErrorAnswer a{error};
  a.action = action;
  a.reason = reason;
  a.error_code = error_code;
  refuse(state, request, a, now);
}

void repeat_answer(State& state, const ReplyTo& reply_to, const Dedupe::Answer& answer, Now now) {
  ++state.stats.duplicates_answered;
  send_to(state, reply_to, {answer.type, answer.payload, answer.members}, now);
}

std::string with_members(std::string_view object, std::string_view members) {
  std::string text(object.substr(0, object.size() - 1));
  if (text.size() > 1) text += ',';
  return text.append(members).append(1, '}');
}

}  // namespace signal_hub::core
