// The header of a server's WebSocket frame (RFC 6455 §5.2): unmasked, never fragmented.
//
// Pure bytes: outboxes hold frames ready to leave, so that a connection's frames go out in one
// write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace signal_hub::wire {

enum class Opcode : std::uint8_t { text = 1, binary = 2, close = 8, ping = 9 };

inline constexpr std::size_t ws_header_max = 10;

/// Writes the header of a frame with `length` payload bytes; returns its size, at most
/// ws_header_max.
std::size_t write_ws_header(char* out, Opcode opcode, std::size_t length);

/// Appends the header of a frame with `length` payload bytes.
void append_ws_header(std::string& out, Opcode opcode, std::size_t length);

/// A whole close frame; the reason is cut to what a control frame holds (RFC 6455 §5.5).
std::string close_frame(std::uint16_t code, std::string_view reason);

}  // namespace signal_hub::wire
