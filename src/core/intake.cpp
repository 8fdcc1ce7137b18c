#include "core/intake.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/limits.hpp"
#include "core/answers.hpp"
#include "core/duplicates.hpp"
#include "core/handlers/handlers.hpp"
#include "core/lifecycle.hpp"
#include "core/rate.hpp"
#include "core/trace.hpp"
#include "wire/forward.hpp"

namespace signal_hub::core {
namespace {

constexpr std::string_view ping_text = R"({"type":"ping"})";
constexpr std::string_view pong_text = R"({"type":"pong"})";
constexpr std::string_view nobody = "@(anonymous)";
constexpr std::uint16_t close_invalid_payload = 1007;
constexpr std::uint16_t close_policy = 1008;
constexpr std::uint16_t close_too_big = 1009;

/// How many tokens a request costs (PROTOCOL.md §6, "Rate limits").
struct Price {
  std::uint32_t operator()(const wire::Connect&) const { return 0; }
  std::uint32_t operator()(const wire::Heartbeat&) const { return 0; }
  std::uint32_t operator()(const wire::Disconnect&) const { return 0; }
  std::uint32_t operator()(const wire::Unsubscribe&) const { return 0; }
  // Unless they are for what is not outstanding.
  std::uint32_t operator()(const wire::Ack&) const { return 0; }
  std::uint32_t operator()(const wire::Nack&) const { return 0; }
  std::uint32_t operator()(const wire::Register& r) const { return count(r.actors); }
  std::uint32_t operator()(const wire::Subscribe& s) const { return count(s.topics); }
  template <class Other>
  std::uint32_t operator()(const Other&) const {
    return 1;
  }
  template <class Elements>
  static std::uint32_t count(const Elements& elements) {
    return std::max<std::uint32_t>(1, static_cast<std::uint32_t>(elements.size()));
  }
};

/// Fills a request that may have been another's: its texts' memory is used again.
void fill(OpenRequest& request, const Session& session, std::string_view id, std::string_view from,
          std::string metadata) {
  ReplyTo& reply_to = request.reply_to;
  reply_to.conn = session.id;
  reply_to.to = from.empty() ? (session.identity.empty() ? nobody : session.identity) : from;
  if (reply_to.correlation_id) {
    reply_to.correlation_id->assign(id);
  } else {
    reply_to.correlation_id.emplace(id);
  }
  reply_to.metadata = std::move(metadata);
  request.message_id = id;
  request.retry = {};
  request.id_on_disk = false;
  request.digest = 0;
  request.type = OpenRequest::no_type;
}

OpenRequest request_of(const Session& session, std::string_view id, std::string_view from,
                       std::string metadata) {
  OpenRequest request;
  fill(request, session, id, from, std::move(metadata));
  return request;
}

void refuse_bad_frame(State& state, Session& session, const wire::BadEnvelope& bad, Now now) {
  if (bad.bad_utf8)
    return close_session(state, session, close_invalid_payload, "invalid_utf8", now);
  OpenRequest request = request_of(session, bad.id.value_or(""), bad.from.value_or(""), "{}");
  if (!bad.id) request.reply_to.correlation_id.reset();
  const bool malformed = bad.error.code == ErrorCode::invalid_json;
  if (malformed && session.bad_frames.add(limits::bad_frames_per_minute, now.mono)) {
    return close_session(state, session, close_policy, "bad_frames", now);
  }
  if (!within_rate(state, session, request, 1, now)) return;
  refuse(state, request, bad.error, now);
}

std::uint32_t digest(const wire::Envelope& e) {
  const std::hash<std::string_view> hash;
  std::uint64_t h = hash(e.type);
  h = h * 0x9e3779b97f4a7c15U + hash(e.to);
  h = h * 0x9e3779b97f4a7c15U + hash(e.payload.raw());
  return static_cast<std::uint32_t>(h ^ (h >> 32U)) | 1U;
}

/// Nullptr: another kind of request, or at-most-once.
const wire::Delivery* reliable(const wire::Request& request) {
  const wire::Delivery* delivery = nullptr;
  if (const auto* send = std::get_if<wire::Send>(&request)) delivery = &send->delivery;
  if (const auto* publish = std::get_if<wire::Publish>(&request)) delivery = &publish->delivery;
  return delivery != nullptr && delivery->reliable ? delivery : nullptr;
}

bool is_remembered(const wire::Envelope& e, const wire::Request& request) {
  if (reliable(request) != nullptr) return true;
  return e.is_ask() && (std::holds_alternative<wire::Register>(request) ||
                        std::holds_alternative<wire::Send>(request) ||
                        std::holds_alternative<wire::Broadcast>(request) ||
                        std::holds_alternative<wire::Publish>(request));
}

/// False if the request is a retry, which then is or will be answered from memory.
bool is_fresh(Context& c, bool reliable_one) {
  State& state = c.state;
  // The first registration replaces the identity: its retry still comes from the one before.
  const bool before = c.envelope.from == c.session.connected_as;
  c.request.digest = digest(c.envelope);
  const auto found =
      state.dedupe.begin(before ? c.session.connected_as : c.from, c.envelope.id, c.request.digest,
                         c.request.reply_to, state.settings.dedupe_memory, c.now.mono);
  switch (found.verdict) {
    case Dedupe::Verdict::fresh: c.request.retry = found.id; return true;
    case Dedupe::Verdict::answered: {
      Dedupe::Answer again = *found.answer;
      if (reliable_one) again.payload = with_members(again.payload, "\"duplicate\":true");
      repeat_answer(state, c.request.reply_to, again, c.now);
      return false;
    }
    case Dedupe::Verdict::in_work: ++state.stats.duplicates_answered; return false;
    case Dedupe::Verdict::conflict:
      refuse(state, c.request,
             invalid_field("id", "The id was used for another request within the last minute.",
                           "Give every request an id of its own; a retry repeats type, target and "
                           "payload."),
             c.now);
      return false;
  }
  return false;
}

/// False after a refusal: the message is too late, or its clock is off.
bool in_time(Context& c) {
  if (c.envelope.expired(c.now.wall)) {
    count_drop(c.state, DropReason::expired);
    const Error error{ErrorCode::message_expired, "timestamp + ttl lies in the past.", {}, {}};
    refuse(c.state, c.request, error, c.now);
    return false;
  }
  if (!c.state.settings.auth) return true;
  const WallTime earliest = c.now.wall - limits::timestamp_window;
  const WallTime latest = c.now.wall + limits::timestamp_window;
  if (c.envelope.timestamp >= earliest && c.envelope.timestamp <= latest) return true;
  refuse(c.state, c.request,
         invalid_field("timestamp", "timestamp is more than 5 minutes off the hub's clock.",
                       "Set the sender's clock; the hub's is in hub:heartbeat_ack."),
         c.now);
  return false;
}

bool permitted(Context& c, const wire::Request& request) {
  if (c.session.state != SessionState::connected) return true;  // hub:connect
  const auto needed = needed_for(request);
  if (!needed || c.session.permissions.has(*needed)) return true;
  refuse_unauthorized(c.state, c.request, c.envelope.type, "PERMISSION_DENIED",
                      "The session lacks the capability " + std::string(name(*needed)) + ".",
                      c.now);
  return false;
}

std::string_view effective_from(const State& state, const Session& session, std::string_view from) {
  if (from == session.identity || session.identity.empty()) return from;
  const Actor* actor = state.registry.find(state.registry.find_address(from));
  return actor != nullptr && actor->conn == session.id ? from : session.identity;
}

/// Logs that a request with a traceId came, and what its handling led to at once.
class Traced {
 public:
  explicit Traced(const Context& c)
      : state_(c.state), deliveries_(c.state.stats.deliveries), stored_(c.state.stats.stored) {
    if (!is_traced(state_, c.request.reply_to.metadata)) return;
    metadata_ = c.request.reply_to.metadata;
    trace(state_, metadata_, "received",
          {{"sessionId", c.session.session_id},
           {"actorAddress", c.from},
           {"type", std::string(c.envelope.type)},
           {"messageId", std::string(c.envelope.id)}});
  }
  ~Traced() {
    if (metadata_.empty()) return;
    const auto since = [](std::uint64_t now, std::uint64_t before) {
      return static_cast<std::int64_t>(now - before);
    };
    trace(state_, metadata_, "handled",
          {{"deliveries", since(state_.stats.deliveries, deliveries_)},
           {"stored", since(state_.stats.stored, stored_)}});
  }
  Traced(const Traced&) = delete;
  Traced& operator=(const Traced&) = delete;

 private:
  State& state_;
  std::uint64_t deliveries_;
  std::uint64_t stored_;
  std::string metadata_;  // empty: not traced
};

/// A reliable message that may have been accepted before: the store is asked.
bool asks_store(Context& c, const wire::Request& request, std::string_view frame) {
  if (const auto* publish = std::get_if<wire::Publish>(&request)) {
    return may_be_duplicate(c, publish->topic, c.is_ask(), frame);
  }
  const auto& send = std::get<wire::Send>(request);
  const std::string_view to = send.to ? std::string_view(*send.to) : c.envelope.to;
  return may_be_duplicate(c, to, c.is_ask() || send.require_ack, frame);
}

/// How a frame comes here.
enum class Coming : std::uint8_t {
  first,
  anew,  // the store has said that it is no duplicate
};

void carry_out(Context& c, const wire::Request& request, std::string_view frame, Coming coming) {
  const Traced traced(c);
  const bool reliable_one = reliable(request) != nullptr;
  if (is_remembered(c.envelope, request) && !is_fresh(c, reliable_one)) return;
  if (reliable_one && coming == Coming::first && asks_store(c, request, frame)) return;
  if (!in_time(c) || !permitted(c, request)) return;
  std::visit([&c](const auto& r) { handle(c, r); }, request);
}

/// Of a request that was not understood.
std::size_t type_index(std::string_view type) {
  const auto types = wire::request_types();
  const auto found = std::find_if(types.begin(), types.end(), [type](const wire::RequestType& row) {
    return row.name == type;
  });
  return found == types.end() ? OpenRequest::no_type
                              : static_cast<std::size_t>(found - types.begin());
}

void take_envelope(State& state, Session& session, const wire::Envelope& envelope,
                   std::string_view frame, Coming coming, OpenRequest& open, Now now) {
  fill(open, session, envelope.id, envelope.from, wire::trace_metadata(envelope.metadata));
  if (session.state == SessionState::connecting && !wire::is_connect(envelope)) {
    if (!within_rate(state, session, open, 1, now)) return;
    return refuse_unauthorized(state, open, envelope.type, "PERMISSION_DENIED",
                               "The session is not connected; send hub:connect first.", now);
  }
  const auto request = wire::decode_request(envelope);
  open.type = request ? request->index() : type_index(envelope.type);
  state.last_request = open.type;
  std::uint32_t cost = request ? std::visit(Price{}, *request) : 1;
  if (coming == Coming::anew) cost = 0;  // paid
  if (!within_rate(state, session, open, cost, now)) return;
  if (!request) return refuse(state, open, request.error(), now);
  if (coming == Coming::first) ++state.stats.received_by_type[request->index()];
  std::string from = std::move(state.from_scratch);
  from = effective_from(state, session, envelope.from);
  Context context{state, session, envelope, std::move(from), open, now};
  carry_out(context, *request, frame, coming);
  state.from_scratch = std::move(context.from);
}

void process(State& state, Session& session, std::string_view bytes, Coming coming, Now now) {
  if (coming == Coming::first) {
    ++state.stats.messages_received;
    state.received.add(1, now.mono);
  }
  const auto envelope = state.decoder.decode(bytes);
  if (!envelope) return refuse_bad_frame(state, session, envelope.error(), now);
  OpenRequest open = std::move(state.request_scratch);
  take_envelope(state, session, *envelope, bytes, coming, open, now);
  state.request_scratch = std::move(open);
}

}  // namespace

void retake_frames(State& state, Now now) {
  for (const DuplicateLoad& load : std::exchange(state.not_duplicates, {})) {
    // Its answer is not what the request in work will get: it begins again.
    state.dedupe.forget(load.request.retry);
    Session* session = state.sessions.find(load.request.reply_to.conn);
    if (session != nullptr) process(state, *session, load.frame, Coming::anew, now);
  }
}

void take_frame(State& state, Session& session, std::string_view bytes, Now now) {
  session.last_heard = now.mono;
  note_activity(state, session, now);
  ++session.traffic.frames_in;
  session.traffic.bytes_in += bytes.size();
  state.stats.bytes_received += bytes.size();
  if (!session.reads_input()) return count_drop(state, DropReason::session_ended);
  if (bytes == ping_text) {
    enqueue(state, session, wire::Opcode::text, {pong_text});
    return;
  }
  if (!session.fanout_running && session.waiting.empty()) {
    return process(state, session, bytes, Coming::first, now);
  }
  session.waiting.emplace_back(bytes);
  session.waiting_bytes += bytes.size();
  state.waiting_bytes += bytes.size();
  update_reading(state, session, now);
}

void resume_waiting(State& state, Session& session, Now now) {
  while (!session.waiting.empty() && !session.fanout_running &&
         session.state < SessionState::disconnecting) {
    const std::string bytes = std::move(session.waiting.front());
    session.waiting.pop_front();
    session.waiting_bytes -= bytes.size();
    state.waiting_bytes -= bytes.size();
    process(state, session, bytes, Coming::first, now);
  }
  update_reading(state, session, now);
}

std::size_t message_limit(const State& state, const Session& session) {
  const std::size_t limit = state.settings.max_message_size;
  if (session.state != SessionState::connecting) return limit;
  return limit == 0 ? limits::handshake_frame_bytes
                    : std::min(limit, limits::handshake_frame_bytes);
}

void refuse_oversized(State& state, Session& session, std::size_t size, Now now) {
  session.last_heard = now.mono;
  note_activity(state, session, now);
  ++session.traffic.frames_in;
  if (!session.reads_input()) return;
  ++state.stats.messages_received;
  count_drop(state, DropReason::oversized);
  const std::size_t limit = message_limit(state, session);
  OpenRequest request = request_of(session, "", "", "{}");
  request.reply_to.correlation_id.reset();
  if (!within_rate(state, session, request, 1, now)) return;
  const Error error{ErrorCode::message_too_large,
                    "The message has at least " + std::to_string(size) + " bytes, the limit is " +
                        std::to_string(limit) + ".",
                    {},
                    {}};
  wire::ErrorAnswer a{error};
  a.message_size = size;
  a.max_size = limit;
  refuse(state, request, a, now);
  end_if_huge(state, session, size, now);
}

void end_if_huge(State& state, Session& session, std::size_t size, Now now) {
  if (size <= message_limit(state, session) * limits::oversize_close_factor) return;
  close_session(state, session, close_too_big, "message_too_large", now);
}

}  // namespace signal_hub::core
