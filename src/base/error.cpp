#include "base/error.hpp"

#include <array>
#include <utility>

namespace signal_hub {
namespace {

using enum ErrorCode;

constexpr std::array table{
    ErrorInfo{invalid_json, "invalid_json", false, "The frame is not a JSON text the hub can read.",
              "Send one JSON object per frame, nested no deeper than 256."},
    ErrorInfo{invalid_message, "invalid_message", false,
              "A field is missing, of the wrong type, or has a value that is not allowed.",
              "Correct the named field and send the message again with a new id."},
    ErrorInfo{unknown_type, "unknown_type", false, "The hub knows no message of this type.",
              "Use one of the types in signal-hub-protocol(7); wrap application messages in "
              "hub:send, hub:broadcast or hub:publish."},
    ErrorInfo{
        ambiguous_target, "ambiguous_target", false,
        "The envelope's `to` and `payload.to` name different actors.",
        "Name the target once: in the envelope's `to`, or in `payload.to` with `to` the hub."},
    ErrorInfo{message_expired, "message_expired", false,
              "`timestamp + ttl` had passed when the message arrived.",
              "Send it again with a current timestamp or a longer ttl."},
    ErrorInfo{timeout, "timeout", true, "The hub gave up waiting.", "Try again."},
    ErrorInfo{registry_full, "registry_full", true,
              "The registry holds as many actors as --max-actors allows.",
              "Try again when actors have left, or raise --max-actors."},
    ErrorInfo{broadcast_limit_exceeded, "broadcast_limit_exceeded", false,
              "The message has more recipients than --broadcast-limit allows; nothing was sent.",
              "Narrow the recipients with targetCapability, use a topic, or raise "
              "--broadcast-limit."},
    ErrorInfo{queue_full, "queue_full", true, "The target's queue is full.",
              "Try again after the target has taken some of its messages."},
    ErrorInfo{limit_exceeded, "limit_exceeded", false, "A documented bound would be passed.",
              "Stay within the limit named in details."},
    ErrorInfo{unsupported, "unsupported", false, "The option promises more than this hub can keep.",
              "Leave the named option out or use its default."},
    ErrorInfo{dead_lettered, "dead_lettered", false,
              "A stored message could not be delivered and was set aside.",
              "Look at the dead letter's reason and requeue it when the cause is gone."},
    ErrorInfo{invalid_token, "invalid_token", false,
              "The renewal token is unknown, old or expired.",
              "Register the address again and use the renewalToken of that answer."},
    ErrorInfo{internal_error, "internal_error", true, "The hub failed; it is not your message.",
              "Try again; if it goes on, tell the operator."},
    ErrorInfo{unknown_actor, "unknown_actor", false, "No actor is registered under the target.",
              "Register the target or correct its address."},
    ErrorInfo{unauthorized, "unauthorized", false, "The session may not do this.",
              "Connect with a token that grants it."},
    ErrorInfo{rate_limited, "rate_limited", true, "The session sends faster than it may.",
              "Wait for retryAfter milliseconds, then send the message again."},
    ErrorInfo{version_mismatch, "version_mismatch", false,
              "The hub does not speak the client's protocol version.",
              "Use a client that speaks one of supportedVersions."},
    ErrorInfo{message_too_large, "message_too_large", false,
              "The frame is larger than --max-message-size; it was discarded unread.",
              "Send smaller messages, or raise --max-message-size."},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].code) != i) return false;
  }
  return true;
}
static_assert(in_order(), "info() indexes the table by code");

}  // namespace

std::span<const ErrorInfo> error_table() { return table; }

const ErrorInfo& info(ErrorCode code) { return table[static_cast<std::size_t>(code)]; }

Error invalid_field(std::string_view field, std::string message, std::string resolution) {
  return {invalid_message, std::move(message), std::move(resolution),
          "{\"field\":\"" + std::string(field) + "\"}"};
}

Error over_limit(std::string_view field, std::uint64_t limit, std::uint64_t value) {
  const std::string name(field);
  const std::string limit_text = std::to_string(limit);
  const std::string value_text = std::to_string(value);
  return {limit_exceeded, name + " is " + value_text + ", the limit is " + limit_text + ".",
          "Keep " + name + " at or below " + limit_text + ".",
          "{\"field\":\"" + name + "\",\"limit\":" + limit_text + ",\"value\":" + value_text + "}"};
}

Error unsupported_field(std::string_view field, std::string message) {
  return {unsupported, std::move(message), {}, "{\"field\":\"" + std::string(field) + "\"}"};
}

}  // namespace signal_hub
