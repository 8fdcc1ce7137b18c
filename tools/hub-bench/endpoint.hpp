#pragma once

#include <netinet/in.h>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hub_bench {

/// Where the server listens.
struct Endpoint {
  std::string authority;  ///< HOST:PORT, for the Host header
  std::string path;
  bool websocket = true;    ///< or plain TCP
  std::string subprotocol;  ///< to ask for
  sockaddr_in address{};

  [[nodiscard]] bool loopback() const { return ntohl(address.sin_addr.s_addr) >> 24 == 127; }
};

/// ws://HOST[:PORT][/PATH] or tcp://HOST:PORT, resolved to IPv4; none, and why in `fault`,
/// otherwise.
std::optional<Endpoint> parse_url(std::string_view url, std::string& fault);

/// The address the n-th of several source addresses stands for: 127.0.1.1, 127.0.1.2, …
in_addr loopback_source(std::uint32_t n);

/// A non-blocking socket on its way to the endpoint; -errno if that failed at once.
int start_connecting(const Endpoint& endpoint, std::optional<in_addr> source);

}  // namespace hub_bench
