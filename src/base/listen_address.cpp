#include "base/listen_address.hpp"

#include <arpa/inet.h>

#include <array>
#include <charconv>

namespace signal_hub {
namespace {

constexpr std::size_t unix_path_bytes = 107;  // sockaddr_un::sun_path without its NUL

bool is_numeric(int family, const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(family, host.c_str(), address.data()) == 1;
}

Failed<std::string> refuse(std::string_view text, std::string_view why) {
  return fail("\"" + std::string(text) + "\" " + std::string(why) +
              "; allowed are HOST:PORT with a numeric address or localhost, [V6]:PORT and "
              "unix:PATH");
}

}  // namespace

bool ListenAddress::is_loopback() const {
  switch (kind) {
    case Kind::unix_socket: return true;
    case Kind::ipv4: return host.starts_with("127.");
    case Kind::ipv6: return host == "::1";
  }
  return false;
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  if (text.starts_with("unix:")) {
    const std::string_view path = text.substr(5);
    if (path.empty() || path.size() > unix_path_bytes) return refuse(text, "has no usable path");
    return ListenAddress{ListenAddress::Kind::unix_socket, std::string(path), 0};
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse(text, "has no port");
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) {
    return refuse(text, "has no port from 0 to 65535");
  }
  std::string host(text.substr(0, colon));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (!is_numeric(AF_INET6, host)) return refuse(text, "is no IPv6 address");
    return ListenAddress{ListenAddress::Kind::ipv6, host, port};
  }
  if (host == "localhost") host = "127.0.0.1";
  if (!is_numeric(AF_INET, host)) return refuse(text, "is no numeric address");
  return ListenAddress{ListenAddress::Kind::ipv4, host, port};
}

}  // namespace signal_hub
