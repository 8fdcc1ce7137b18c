#include "wire/answers.hpp"

#include "base/limits.hpp"

namespace signal_hub::wire {
namespace {

/// The members of the common part (PROTOCOL.md §6), into an object that is open.
void common_part(JsonWriter& out, const Error& error) {
  const ErrorInfo& row = info(error.code);
  out.field("code", row.name).field("message", error.message);
  out.field("resolution",
            error.resolution.empty() ? row.resolution : std::string_view(error.resolution));
  out.field("retryable", row.retryable);
  out.raw_field("details", error.details.empty() ? "{}" : std::string_view(error.details));
}

}  // namespace

void write_error(JsonWriter& out, const Error& error) {
  out.begin_object();
  common_part(out, error);
  out.end_object();
}

std::string_view type_of(const ErrorAnswer& answer) {
  switch (answer.error.code) {
    case ErrorCode::unknown_actor: return "hub:unknown_actor";
    case ErrorCode::unauthorized: return "hub:unauthorized";
    case ErrorCode::rate_limited: return "hub:rate_limited";
    case ErrorCode::version_mismatch: return "hub:version_mismatch";
    case ErrorCode::message_too_large: return "hub:message_too_large";
    default: return "hub:error";
  }
}

void write_payload(JsonWriter& out, const ErrorAnswer& a) {
  out.begin_object();
  common_part(out, a.error);
  if (a.error.code == ErrorCode::unknown_actor) out.field("actorAddress", a.address);
  if (a.error.code == ErrorCode::unauthorized) {
    out.field("action", a.action).field("reason", a.reason);
  }
  if (a.retry_after) out.field("retryAfter", a.retry_after->count());
  if (a.limit) out.field("limit", *a.limit);
  if (a.message_size) out.field("messageSize", *a.message_size);
  if (a.max_size) out.field("maxSize", *a.max_size);
  out.end_object();
}

void write_payload(JsonWriter& out, const Connected& a) {
  out.begin_object();
  out.field("sessionId", a.session_id).field("serverVersion", a.server_version);
  out.field("maxMessageSize", a.max_message_size);
  out.field("heartbeatInterval", a.heartbeat_interval.count());
  out.key("capabilities").begin_object();
  out.field("maxActorsPerInstance", a.max_actors).field("supportsBackpressure", true);
  out.field("supportedContentTypes", a.content_types).end_object();
  out.field("features", a.features).end_object();
}

void write_payload(JsonWriter& out, const VersionMismatch& a) {
  const Error error{ErrorCode::version_mismatch, std::string(a.message), {}, {}};
  out.begin_object();
  common_part(out, error);
  out.field("clientVersion", a.client_version).field("serverVersion", a.server_version);
  out.field("supportedVersions", a.supported_versions).end_object();
}

void write_payload(JsonWriter& out, const HeartbeatAck& a) {
  out.begin_object().raw_field("timestamp", a.timestamp);
  out.field("serverTime", a.server_time).end_object();
}

void write_payload(JsonWriter& out, const DisconnectAcknowledged&) {
  out.begin_object().field("acknowledged", true).end_object();
}

void write_payload(JsonWriter& out, const Disconnecting& a) {
  out.begin_object().field("reason", a.reason);
  if (!a.message.empty()) out.field("message", a.message);
  if (a.reconnect_after) out.field("reconnectAfter", a.reconnect_after->count());
  out.end_object();
}

void write_payload(JsonWriter& out, const TokenRefreshed& a) {
  out.begin_object().field("tokenExpiresAt", a.expires_at);
  out.field("expiresAt", a.expires_at).end_object();
}

void write_payload(JsonWriter& out, const Unregistered& a) {
  out.begin_object().field("actorAddress", a.address).end_object();
}

void write_payload(JsonWriter& out, const Renewed& a) {
  out.begin_object().field("expiresAt", a.expires_at);
  out.field("renewalToken", a.renewal_token).end_object();
}

void write_payload(JsonWriter& out, const DeliveryAck& a) {
  out.begin_object().field("messageId", a.message_id);
  out.field("deliveredAt", a.delivered_at).field("status", a.status);
  if (a.duplicate) out.field("duplicate", true);
  out.end_object();
}

void write_payload(JsonWriter& out, const BroadcastAck& a) {
  out.begin_object().field("messageId", a.message_id).field("deliveredCount", a.delivered);
  out.field("queuedCount", a.queued).field("failedCount", a.failed).end_object();
}

void write_payload(JsonWriter& out, const Subscribed& a) {
  out.begin_object().field("topic", a.topic);
  out.field("subscriptionId", a.subscription_id);
  if (a.durable) out.field("durable", true);
  if (a.acks) out.field("ack", true);
  out.end_object();
}

void write_payload(JsonWriter& out, const Published& a) {
  out.begin_object().field("topic", a.topic);
  out.field("subscriberCount", a.subscriber_count);
  if (a.queued_count) out.field("queuedCount", *a.queued_count);
  if (a.duplicate) out.field("duplicate", true);
  out.end_object();
}

namespace {

void write_one(JsonWriter& out, const Acked::One& one) {
  out.begin_object().field("deliveryId", one.delivery_id).field("known", one.known).end_object();
}

}  // namespace

void write_payload(JsonWriter& out, const Acked& a) {
  if (!a.bulk) return write_one(out, a.deliveries.front());
  out.begin_object().key("deliveries").begin_array();
  for (const Acked::One& one : a.deliveries) write_one(out, one);
  out.end_array().end_object();
}

void write_payload(JsonWriter& out, const StatusResponse& a) {
  out.begin_object().field("messageId", a.message_id).field("state", a.state);
  out.field("attempts", a.attempts).key("nextAttemptAt");
  a.next_attempt_at ? out.value(*a.next_attempt_at) : out.null();
  out.key("reason");
  a.reason.empty() ? out.null() : out.value(a.reason);
  out.key("history").begin_array();
  for (const StatusResponse::Event& e : a.history) {
    out.begin_object().field("at", e.at).field("event", e.event);
    out.field("detail", e.detail).end_object();
  }
  out.end_array().end_object();
}

void write_payload(JsonWriter& out, const Unsubscribed& a) {
  out.begin_object().field("topic", a.topic).end_object();
}

void write_payload(JsonWriter& out, const Paused& a) {
  out.begin_object().field("reason", "outbound_queue_full");
  out.field("target", a.target).end_object();
}

void write_payload(JsonWriter& out, const Resumed& a) {
  out.begin_object().field("target", a.target).end_object();
}

void write_payload(JsonWriter& out, const QueueStatsAnswer& a) {
  out.begin_object().field("queueDepth", a.queue_depth).field("queueBytes", a.queue_bytes);
  out.field("processingRate", a.processing_rate);
  out.field("pauseThreshold", a.pause_threshold).field("resumeThreshold", a.resume_threshold);
  out.field("paused", a.paused).end_object();
}

void write_payload(JsonWriter& out, const MetricsAnswer& a) {
  out.begin_object().field("messages_received", a.messages_received);
  out.field("messages_sent", a.messages_sent).field("errors", a.errors);
  out.field("connections_opened", a.connections_opened);
  out.field("connections_closed", a.connections_closed);
  out.field("windowStart", a.window_start).field("timestamp", a.timestamp).end_object();
}

void write_answer(std::string& out, const AnswerHeader& header, std::string_view type,
                  std::string_view payload) {
  // In pieces, not by the writer: this is a third of what an answer costs.
  out.append(R"({"id":")").append(header.id).append(R"(","from":")");
  append_string_text(out, header.hub_address);
  out.append(R"(","to":")");
  append_string_text(out, header.to);
  out.append(R"(","type":")").append(type).append(R"(","payload":)").append(payload);
  out.append(R"(,"pattern":"tell","correlationId":)");
  if (header.correlation_id) {
    append_quoted(out, *header.correlation_id);
  } else {
    out.append("null");
  }
  out.append(R"(,"timestamp":)");
  JsonWriter(out).value(header.timestamp);
  out.append(R"(,"metadata":)").append(header.metadata);
  out.append(R"(,"ttl":null,"signature":null})");
}

}  // namespace signal_hub::wire
