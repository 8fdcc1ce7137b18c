// What core wants done: values the turn carries out or logs, never callbacks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/log_events.hpp"

namespace signal_hub::core {

/// May an upgrade go on? (PROTOCOL.md §6)
struct Admission {
  enum class Verdict : std::uint8_t {
    admitted,
    too_many_from_ip,  // HTTP 429
    too_fast,          // HTTP 429
    full,              // HTTP 503
    draining,          // HTTP 503
  };
  Verdict verdict = Verdict::admitted;
  Millis retry_after{0};  // for Retry-After, rounded up to seconds by the transport

  bool ok() const { return verdict == Verdict::admitted; }
};

/// Close with a code once everything unsent has left.
struct CloseCommand {
  ConnId conn;
  std::uint16_t code;  // RFC 6455 §7.4
  std::string reason;  // ≤ 123 bytes
};

/// Drop the socket now, without a close frame. closed() follows as for any other end.
struct CutCommand {
  ConnId conn;
};

/// Stop or resume reading the socket.
struct ReadCommand {
  ConnId conn;
  bool paused;
};

using Command = std::variant<CloseCommand, CutCommand, ReadCommand>;

/// One thing that happened, for the log. Fields are in the order they are printed.
struct Event {
  struct Field {
    std::string_view name;  // static
    std::variant<std::string, std::int64_t, bool> value;
  };
  LogEvent event;
  std::vector<Field> fields;
};

}  // namespace signal_hub::core
