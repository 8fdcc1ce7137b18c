// The error list: every code the hub answers with, what it means and how to mend it.
//
// PROTOCOL.md §6. This table is the truth for the wire, the man page and the metrics.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace signal_hub {

enum class ErrorCode : std::uint8_t {
  // codes of hub:error
  invalid_json,
  invalid_message,
  unknown_type,
  ambiguous_target,
  message_expired,
  timeout,
  registry_full,
  broadcast_limit_exceeded,
  queue_full,
  limit_exceeded,
  unsupported,
  dead_lettered,
  invalid_token,
  internal_error,
  // errors with a message type of their own
  unknown_actor,
  unauthorized,
  rate_limited,
  version_mismatch,
  message_too_large,
};

struct ErrorInfo {
  ErrorCode code;
  std::string_view name;        // the value of `code` on the wire
  bool retryable;               // the same request may succeed later unchanged
  std::string_view meaning;     // one sentence for the man page
  std::string_view resolution;  // default for the wire, where the site knows nothing better
};

/// All rows, in the order of the enumeration.
std::span<const ErrorInfo> error_table();

const ErrorInfo& info(ErrorCode code);

/// Why a request was refused. `message` carries the figures; an empty `resolution` means the
/// table's; `details` is a JSON object's text, empty means `{}`.
struct Error {
  ErrorCode code;
  std::string message;
  std::string resolution;
  std::string details;
};

/// invalid_message naming the field; `details` becomes {"field":field}.
Error invalid_field(std::string_view field, std::string message, std::string resolution = {});

/// limit_exceeded naming the limit; `details` becomes {"field":…,"limit":…,"value":…}.
Error over_limit(std::string_view field, std::uint64_t limit, std::uint64_t value);

/// unsupported naming the field.
Error unsupported_field(std::string_view field, std::string message);

}  // namespace signal_hub
