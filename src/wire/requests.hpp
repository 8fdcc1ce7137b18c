// What clients ask: one struct per message type, and the variant dispatch visits (PROTOCOL.md §4,
// §5). A missing handler does not compile.
//
// Texts are copied out of the frame but for payload slices (JsonView), which stay valid as long as
// the envelope they came from.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/result.hpp"
#include "wire/envelope.hpp"

namespace signal_hub::wire {

struct Connect {
  static constexpr std::string_view type = "hub:connect";
  std::string protocol_version;           // semver, checked
  std::optional<std::string> auth_token;  // without "bearer "
  std::vector<std::string> capabilities;  // not empty
  std::vector<std::string> features;
};

struct Heartbeat {
  static constexpr std::string_view type = "hub:heartbeat";
  std::string timestamp;  // the JSON number to echo, digits kept
};

struct Disconnect {
  static constexpr std::string_view type = "hub:disconnect";
  std::optional<std::string> reason;
};

struct RefreshToken {
  static constexpr std::string_view type = "hub:refresh_token";
  std::string token;  // without "bearer "
  std::optional<std::string> nonce;
};

/// One actor of hub:register.
struct Registration {
  std::string address;
  std::vector<std::string> capabilities;
  std::string metadata = "{}";  // JSON object, as received
  std::optional<Millis> ttl;    // as asked; clamped by the registry
  std::optional<std::string> renewal_token;
  bool drop_oldest = false;  // when its queue is full, instead of refusing
};

/// An element of a bulk request: what it asks, or why it cannot be had. `name` is its address or
/// topic as far as it could be read, for the answer's element.
template <class T>
struct Element {
  std::string name;
  Result<T, Error> item;
};

struct Register {
  static constexpr std::string_view type = "hub:register";
  std::vector<Element<Registration>> actors;  // one when not bulk
  bool bulk = false;
  bool renew_on_heartbeat = false;
  bool acks = false;     // reliable messages are acknowledged
  bool durable = false;  // answered after the commit
};

struct Unregister {
  static constexpr std::string_view type = "hub:unregister";
  std::optional<std::string> address;  // missing: the envelope's `from`
  bool durable = false;
};

struct Renew {
  static constexpr std::string_view type = "hub:renew";
  std::string renewal_token;
  bool durable = false;
};

struct Discover {
  static constexpr std::string_view type = "hub:discover";
  std::string glob;  // over full addresses
  std::optional<std::string> capability;
  std::size_t limit;                  // 1…limits::listing
  std::optional<std::string> cursor;  // the last address of the page before
};

struct ListActors {
  static constexpr std::string_view type = "hub:list_actors";
  std::size_t offset;
  std::size_t limit;  // 1…limits::listing
};

/// What hub:send, hub:broadcast and hub:publish carry on behalf of an application.
struct Content {
  std::string type;  // 1–128 bytes, not hub:*
  JsonView data;     // missing: null
};

/// How a message is delivered (PROTOCOL.md §7).
struct Delivery {
  bool reliable = false;      // at-least-once
  std::uint8_t priority = 1;  // among those that wait: 0 goes first
};

struct Send {
  static constexpr std::string_view type = "hub:send";
  Content content;
  Delivery delivery;
  std::optional<std::string> to;  // payload.to
  bool require_ack = false;
};

struct Broadcast {
  static constexpr std::string_view type = "hub:broadcast";
  Content content;
  Delivery delivery;  // never reliable
  bool exclude_self = false;
  std::optional<std::string> target_capability;
};

struct Subscribe {
  static constexpr std::string_view type = "hub:subscribe";
  std::vector<Element<std::string>> topics;  // one when not bulk; names and globs
  bool bulk = false;
  std::optional<bool> durable{};  // the subscription outlives the registration
  std::optional<bool> acks{};     // reliable publications are acknowledged
  bool answer_durable = false;    // answered after the commit
};

struct Publish {
  static constexpr std::string_view type = "hub:publish";
  std::string topic;  // no glob
  Content content;
  Delivery delivery;
};

struct Unsubscribe {
  static constexpr std::string_view type = "hub:unsubscribe";
  std::optional<std::string> topic;
  std::optional<std::string> subscription_id;  // or a topic's name, as 0.1 clients send it
  bool durable = false;
};

struct Ack {
  static constexpr std::string_view type = "hub:ack";
  std::vector<std::string> delivery_ids;  // 1…limits::acks
  bool bulk = false;
};

struct Nack {
  static constexpr std::string_view type = "hub:nack";
  std::string delivery_id;
  std::optional<std::string> reason;
  bool requeue = true;  // false: it is given up
};

struct Status {
  static constexpr std::string_view type = "hub:status";
  std::string message_id;
};

struct QueueStats {
  static constexpr std::string_view type = "hub:queue_stats";
};

struct Metrics {
  static constexpr std::string_view type = "hub:metrics";
};

using Request = std::variant<Connect, Heartbeat, Disconnect, RefreshToken, Register, Unregister,
                             Renew, Discover, ListActors, Send, Broadcast, Subscribe, Publish,
                             Unsubscribe, Ack, Nack, Status, QueueStats, Metrics>;

/// One row per request type, for dispatch, metrics and the man page.
struct RequestType {
  std::string_view name;
  std::string_view meaning;  // one sentence
};
std::span<const RequestType> request_types();  // in the order of the variant

/// Reads payload and metadata by the envelope's type. Errors: unknown_type, invalid_message naming
/// the field, limit_exceeded, unsupported naming the option (PROTOCOL.md, head).
Result<Request, Error> decode_request(const Envelope& envelope);

/// The type is hub:connect: before `connected` nothing else is served.
inline bool is_connect(const Envelope& e) { return e.type == Connect::type; }

}  // namespace signal_hub::wire
