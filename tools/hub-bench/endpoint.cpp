#include "endpoint.hpp"

#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

namespace hub_bench {

std::optional<Endpoint> parse_url(std::string_view url, std::string& fault) {
  Endpoint out;
  out.websocket = url.starts_with("ws://");
  if (!out.websocket && !url.starts_with("tcp://")) {
    fault = "neither ws:// nor tcp://";
    return std::nullopt;
  }
  url.remove_prefix(url.find('/') + 2);
  const std::size_t slash = url.find('/');
  out.path = slash == std::string_view::npos ? "/ws" : std::string(url.substr(slash));
  out.authority = std::string(url.substr(0, slash));
  const std::size_t colon = out.authority.rfind(':');
  const std::string host = out.authority.substr(0, colon);
  const std::string port = colon == std::string::npos ? "80" : out.authority.substr(colon + 1);
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0) {
    fault = gai_strerror(error);
    return std::nullopt;
  }
  std::memcpy(&out.address, found->ai_addr, sizeof out.address);
  freeaddrinfo(found);
  return out;
}

in_addr loopback_source(std::uint32_t n) {
  constexpr std::uint32_t hosts = 250;
  constexpr std::uint32_t first = 127U << 24 | 1U << 8 | 1U;
  return in_addr{htonl(first + (n / hosts << 8) + n % hosts)};
}

int start_connecting(const Endpoint& endpoint, std::optional<in_addr> source) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (source) {
    // The port is chosen when the peer is known, or an address would have 28,000 for all peers.
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_addr = *source;
    if (bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) {
      const int error = errno;
      close(fd);
      return -error;
    }
  }
  if (connect(fd, reinterpret_cast<const sockaddr*>(&endpoint.address), sizeof endpoint.address) !=
          0 &&
      errno != EINPROGRESS) {
    const int error = errno;
    close(fd);
    return -error;
  }
  return fd;
}

}  // namespace hub_bench
