// What the hub says: one struct per message type with its payload, and the envelope around it
// (PROTOCOL.md §4–§6). Views must outlive the call they are passed to.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::wire {

struct Connected {
  static constexpr std::string_view type = "hub:connected";
  std::string_view session_id;
  std::string_view server_version;
  std::size_t max_message_size;
  Millis heartbeat_interval;
  std::size_t max_actors;
  std::span<const std::string> content_types;
  std::span<const std::string> features;
};

struct VersionMismatch {
  static constexpr std::string_view type = "hub:version_mismatch";
  std::string_view client_version;
  std::string_view server_version;
  std::span<const std::string> supported_versions;
  std::string_view message;
};

struct HeartbeatAck {
  static constexpr std::string_view type = "hub:heartbeat_ack";
  std::string_view timestamp;  // JSON number
  WallTime server_time;
};

struct DisconnectAcknowledged {
  static constexpr std::string_view type = "hub:disconnect";
};

struct Disconnecting {
  static constexpr std::string_view type = "hub:disconnect";
  std::string_view reason;
  std::string_view message;  // empty: left out
  std::optional<Millis> reconnect_after;
};

struct TokenRefreshed {
  static constexpr std::string_view type = "hub:token_refreshed";
  WallTime expires_at;  // sent as tokenExpiresAt and expiresAt
};

struct Registered {
  static constexpr std::string_view type = "hub:registered";
  std::string_view address;
  WallTime expires_at;
  std::string_view renewal_token;
  std::uint64_t version;
  bool resumed;
  std::span<const std::string_view> subscriptions;  // topics
};

struct Unregistered {
  static constexpr std::string_view type = "hub:unregistered";
  std::string_view address;
};

struct Renewed {
  static constexpr std::string_view type = "hub:renewed";
  WallTime expires_at;
  std::string_view renewal_token;
};

/// An actor in a listing; never with its renewal token.
struct ActorListing {
  std::string_view address;
  std::span<const std::string> capabilities;
  std::string_view metadata;  // JSON object
  std::string_view connection_id;
  WallTime registered_at;
  WallTime expires_at;
  std::uint64_t version;
  bool online;
};

struct Discovered {
  static constexpr std::string_view type = "hub:discovered";
  std::span<const ActorListing> actors;
  bool has_more;
  std::optional<std::string_view> cursor;
};

struct ActorList {
  static constexpr std::string_view type = "hub:actor_list";
  std::span<const ActorListing> actors;
  std::size_t total;
  std::size_t offset;
  std::size_t limit;
};

struct DeliveryAck {
  static constexpr std::string_view type = "hub:delivery_ack";
  std::string_view message_id;
  WallTime delivered_at;
  std::string_view status;
  bool duplicate = false;  // it was answered before
};

struct BroadcastAck {
  static constexpr std::string_view type = "hub:broadcast_ack";
  std::string_view message_id;
  std::size_t delivered;
  std::size_t queued;
  std::size_t failed;
};

struct Subscribed {
  static constexpr std::string_view type = "hub:subscribed";
  std::string_view topic;
  std::string_view subscription_id;
  bool durable;
  bool acks;
};

struct Published {
  static constexpr std::string_view type = "hub:published";
  std::string_view topic;
  std::size_t subscriber_count;
  std::optional<std::size_t> queued_count{};  // of a reliable one: for how many it was stored
  bool duplicate = false;                     // it was answered before
};

struct Acked {
  static constexpr std::string_view type = "hub:acked";
  struct One {
    std::string_view delivery_id;
    bool known;  // it was outstanding
  };
  std::span<const One> deliveries;
  bool bulk = false;
};

struct StatusResponse {
  static constexpr std::string_view type = "hub:status_response";
  struct Event {
    WallTime at;
    std::string_view event;
    std::string_view detail;
  };
  std::string_view message_id;
  std::string_view state;
  std::uint32_t attempts = 0;
  std::optional<WallTime> next_attempt_at{};
  std::string_view reason{};  // empty: null
  std::span<const Event> history{};
};

struct Unsubscribed {
  static constexpr std::string_view type = "hub:unsubscribed";
  std::string_view topic;
};

struct Paused {
  static constexpr std::string_view type = "hub:pause";
  std::string_view target;  // reason is always outbound_queue_full
};

struct Resumed {
  static constexpr std::string_view type = "hub:resume";
  std::string_view target;
};

struct QueueStatsAnswer {
  static constexpr std::string_view type = "hub:queue_stats_response";
  std::size_t queue_depth;
  std::size_t queue_bytes;
  double processing_rate;  // messages per second over the last 10 s
  std::size_t pause_threshold;
  std::size_t resume_threshold;
  bool paused;
};

struct MetricsAnswer {
  static constexpr std::string_view type = "hub:metrics_response";
  std::uint64_t messages_received;
  std::uint64_t messages_sent;
  std::uint64_t errors;
  std::uint64_t connections_opened;
  std::uint64_t connections_closed;
  WallTime window_start;
  WallTime timestamp;
};

/// Any error. The extra fields belong to single types and are left out when empty (§6).
struct ErrorAnswer {
  const Error& error;
  std::string_view address{};                 // unknown_actor: actorAddress
  std::string_view action{};                  // unauthorized
  std::string_view reason{};                  // unauthorized
  std::string_view error_code{};              // unauthorized: metadata.errorCode
  std::optional<Millis> retry_after{};        // rate_limited
  std::optional<std::uint64_t> limit{};       // rate_limited
  std::optional<std::size_t> message_size{};  // message_too_large
  std::optional<std::size_t> max_size{};      // message_too_large
};

/// `hub:error`, or the error's own message type.
std::string_view type_of(const ErrorAnswer& answer);

// The payload object of each answer, appended at the writer's place.
void write_payload(JsonWriter& out, const Connected& a);
void write_payload(JsonWriter& out, const VersionMismatch& a);
void write_payload(JsonWriter& out, const HeartbeatAck& a);
void write_payload(JsonWriter& out, const DisconnectAcknowledged& a);
void write_payload(JsonWriter& out, const Disconnecting& a);
void write_payload(JsonWriter& out, const TokenRefreshed& a);
void write_payload(JsonWriter& out, const Registered& a);
void write_payload(JsonWriter& out, const Unregistered& a);
void write_payload(JsonWriter& out, const Renewed& a);
void write_payload(JsonWriter& out, const Discovered& a);
void write_payload(JsonWriter& out, const ActorList& a);
void write_payload(JsonWriter& out, const DeliveryAck& a);
void write_payload(JsonWriter& out, const BroadcastAck& a);
void write_payload(JsonWriter& out, const Subscribed& a);
void write_payload(JsonWriter& out, const Published& a);
void write_payload(JsonWriter& out, const Unsubscribed& a);
void write_payload(JsonWriter& out, const Acked& a);
void write_payload(JsonWriter& out, const StatusResponse& a);
void write_payload(JsonWriter& out, const Paused& a);
void write_payload(JsonWriter& out, const Resumed& a);
void write_payload(JsonWriter& out, const QueueStatsAnswer& a);
void write_payload(JsonWriter& out, const MetricsAnswer& a);
void write_payload(JsonWriter& out, const ErrorAnswer& a);

/// The common part of an error as an object: for elements of bulk answers.
void write_error(JsonWriter& out, const Error& error);

/// The envelope around an answer. Metadata holds traceId and spanId of the request and what the
/// type adds; `metadata` is a JSON object's text.
struct AnswerHeader {
  std::string_view id;
  std::string_view hub_address;
  std::string_view to;
  std::optional<std::string_view> correlation_id;
  WallTime timestamp;
  std::string_view metadata = "{}";
};

/// Appends a whole answer message to `out`.
void write_answer(std::string& out, const AnswerHeader& header, std::string_view type,
                  std::string_view payload);

}  // namespace signal_hub::wire
