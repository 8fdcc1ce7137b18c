#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hub_bench {

/// WebSocket framing (RFC 6455) as a client needs it.
enum class Opcode : std::uint8_t { more = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// Appends one whole masked frame to `out`.
void append_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t mask);

/// One frame at the start of a buffer, as a server sends it: without a mask.
struct Frame {
  Opcode opcode;
  bool last;  ///< of its message
  std::string_view payload;
  std::size_t size;  ///< header and payload
};

/// The first frame of `bytes`, or none while it is incomplete. `broken` is set if it can be none.
std::optional<Frame> first_frame(std::string_view bytes, bool& broken);

}  // namespace hub_bench
