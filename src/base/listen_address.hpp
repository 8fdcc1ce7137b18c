// Listen addresses: `HOST:PORT`, `[V6]:PORT`, `unix:PATH`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace signal_hub {

struct ListenAddress {
  enum class Kind : std::uint8_t { ipv4, ipv6, unix_socket };
  Kind kind = Kind::ipv4;
  std::string host;  // numeric; the path of a unix socket
  std::uint16_t port = 0;

  /// Only this machine can reach it.
  bool is_loopback() const;
};

/// `localhost` means 127.0.0.1; other names are not resolved. Port 0 lets the system choose.
/// Errors: a sentence that says what is wrong and what is allowed.
Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace signal_hub
