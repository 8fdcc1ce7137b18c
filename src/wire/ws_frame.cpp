#include "wire/ws_frame.hpp"

#include <array>

namespace signal_hub::wire {

std::size_t write_ws_header(char* out, Opcode opcode, std::size_t length) {
  constexpr unsigned final_fragment = 0x80;
  out[0] = static_cast<char>(final_fragment | static_cast<unsigned>(opcode));
  unsigned extra_bytes = 0;
  if (length < 126) {
    out[1] = static_cast<char>(length);
  } else if (length <= 0xffff) {
    out[1] = static_cast<char>(126);
    extra_bytes = 2;
  } else {
    out[1] = static_cast<char>(127);
    extra_bytes = 8;
  }
  for (unsigned i = 0; i < extra_bytes; ++i) {
    const unsigned shift = 8 * (extra_bytes - 1 - i);
    out[2 + i] = static_cast<char>((static_cast<std::uint64_t>(length) >> shift) & 0xffU);
  }
  return 2 + extra_bytes;
}

void append_ws_header(std::string& out, Opcode opcode, std::size_t length) {
  std::array<char, ws_header_max> header;
  out.append(header.data(), write_ws_header(header.data(), opcode, length));
}

std::string close_frame(std::uint16_t code, std::string_view reason) {
  constexpr std::size_t reason_max = 123;
  reason = reason.substr(0, reason_max);
  std::string frame;
  append_ws_header(frame, Opcode::close, 2 + reason.size());
  frame += static_cast<char>(code >> 8U);
  frame += static_cast<char>(code & 0xffU);
  return frame.append(reason);
}

}  // namespace signal_hub::wire
