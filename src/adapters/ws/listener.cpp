#include "adapters/ws/listener.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace signal_hub::adapters {
namespace {

constexpr int backlog = 4096;
constexpr int accepts_per_wake = 64;

/// Any socket address, with its length.
struct SocketName {
  sockaddr_storage storage{};
  socklen_t length = sizeof(storage);
  sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketName name_of(const ListenAddress& address) {
  SocketName name;
  if (address.kind == ListenAddress::Kind::unix_socket) {
    auto* sun = reinterpret_cast<sockaddr_un*>(&name.storage);
    sun->sun_family = AF_UNIX;
    std::memcpy(sun->sun_path, address.host.c_str(), address.host.size() + 1);
    name.length = sizeof(sockaddr_un);
  } else if (address.kind == ListenAddress::Kind::ipv6) {
    auto* sin6 = reinterpret_cast<sockaddr_in6*>(&name.storage);
    sin6->sin6_family = AF_INET6;
    sin6->sin6_port = htons(address.port);
    inet_pton(AF_INET6, address.host.c_str(), &sin6->sin6_addr);
    name.length = sizeof(sockaddr_in6);
  } else {
    auto* sin = reinterpret_cast<sockaddr_in*>(&name.storage);
    sin->sin_family = AF_INET;
    sin->sin_port = htons(address.port);
    inet_pton(AF_INET, address.host.c_str(), &sin->sin_addr);
    name.length = sizeof(sockaddr_in);
  }
  return name;
}

std::string text_of(const ListenAddress& address) {
  switch (address.kind) {
    case ListenAddress::Kind::unix_socket: return "unix:" + address.host;
    case ListenAddress::Kind::ipv6: return "[" + address.host + "]:" + std::to_string(address.port);
    default: return address.host + ":" + std::to_string(address.port);
  }
}

Failed<std::string> refuse(const ListenAddress& address, const std::string& why) {
  return fail("cannot listen on " + text_of(address) + ": " + why);
}

std::string reason_of(int error) {
  switch (error) {
    case EADDRINUSE: return "the address is in use by another process";
    case ENOENT: return "there is no such folder";
    case EEXIST: return "the file exists and is no socket; choose another path or remove it";
    default: return std::strerror(error);
  }
}

/// Device and inode: tells a file from another that took its path. Nullopt: there is none.
std::optional<std::pair<std::uint64_t, std::uint64_t>> identity_of(const std::string& path) {
  struct stat file {};
  if (lstat(path.c_str(), &file) != 0) return std::nullopt;
  return std::pair<std::uint64_t, std::uint64_t>{file.st_dev, file.st_ino};
}

int open_spare() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

bool is_socket_file(const std::string& path) {
  struct stat file {};
  return lstat(path.c_str(), &file) == 0 && S_ISSOCK(file.st_mode);
}

/// A socket file nobody listens on is left over from a crash and is removed. REQUIRES: it is a
/// socket: the kernel refuses to connect to a file of another kind with the same error.
bool remove_stale_socket(const ListenAddress& address) {
  SocketName name = name_of(address);
  // Non-blocking: a listener whose queue is full would keep us waiting.
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return false;
  const bool stale = connect(probe, name.raw(), name.length) != 0 && errno == ECONNREFUSED;
  ::close(probe);
  return stale && unlink(address.host.c_str()) == 0;
}

/// 0, or the errno; EEXIST: the file is no socket.
int bind_socket(int fd, const ListenAddress& address) {
  SocketName name = name_of(address);
  if (bind(fd, name.raw(), name.length) == 0) return 0;
  if (errno != EADDRINUSE || address.kind != ListenAddress::Kind::unix_socket) return errno;
  if (!is_socket_file(address.host)) return EEXIST;
  if (!remove_stale_socket(address)) return EADDRINUSE;
  return bind(fd, name.raw(), name.length) == 0 ? 0 : errno;
}

std::uint16_t bound_port(int fd, const ListenAddress& address) {
  SocketName name;
  if (getsockname(fd, name.raw(), &name.length) != 0) return address.port;
  if (address.kind == ListenAddress::Kind::ipv6) {
    return ntohs(reinterpret_cast<sockaddr_in6*>(&name.storage)->sin6_port);
  }
  return ntohs(reinterpret_cast<sockaddr_in*>(&name.storage)->sin_port);
}

int family_of(const ListenAddress& address) {
  switch (address.kind) {
    case ListenAddress::Kind::unix_socket: return AF_UNIX;
    case ListenAddress::Kind::ipv6: return AF_INET6;
    default: return AF_INET;
  }
}

/// A bound, listening, non-blocking socket, or -1 with errno.
int open_socket(const ListenAddress& address) {
  const int fd = socket(family_of(address), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (address.kind == ListenAddress::Kind::ipv6) {
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
  }
  int error = bind_socket(fd, address);
  if (error == 0 && ::listen(fd, backlog) != 0) error = errno;
  if (error == 0) return fd;
  ::close(fd);
  errno = error;
  return -1;
}

}  // namespace

Listener::Listener(int fd, ListenAddress address, OnAccept on_accept)
    : fd_(fd),
      spare_fd_(open_spare()),
      address_(std::move(address)),
      on_accept_(std::move(on_accept)) {}

Result<std::unique_ptr<Listener>> Listener::open(uv_loop_t* loop, const ListenAddress& address,
                                                 OnAccept on_accept, mode_t file_mode) {
  const int fd = open_socket(address);
  if (fd < 0) return refuse(address, reason_of(errno));
  std::unique_ptr<Listener> listener(new Listener(fd, address, std::move(on_accept)));
  if (address.kind == ListenAddress::Kind::unix_socket) {
    chmod(address.host.c_str(), file_mode);
    listener->file_ = identity_of(address.host);
  } else {
    listener->address_.port = bound_port(fd, address);
  }
  listener->poll_ = new uv_poll_t{};
  if (uv_poll_init(loop, listener->poll_, fd) != 0) {
    delete std::exchange(listener->poll_, nullptr);
    return refuse(address, "the event loop refuses the socket");
  }
  listener->poll_->data = listener.get();
  uv_poll_start(listener->poll_, UV_READABLE, [](uv_poll_t* handle, int, int) {
    static_cast<Listener*>(handle->data)->accept_ready();
  });
  return listener;
}

Listener::~Listener() {
  if (poll_ != nullptr) {
    uv_poll_stop(poll_);
    uv_close(reinterpret_cast<uv_handle_t*>(poll_),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_poll_t*>(handle); });
  }
  // The file goes first: once the socket is closed, another hub may put its own in this place.
  if (file_ && *file_ == identity_of(address_.host)) unlink(address_.host.c_str());
  ::close(fd_);
  if (spare_fd_ >= 0) ::close(spare_fd_);
}

void Listener::accept_ready() {
  if (spare_fd_ < 0) spare_fd_ = open_spare();
  for (int i = 0; i < accepts_per_wake; ++i) {
    int fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE) && spare_fd_ >= 0) {
      // Without a descriptor the connection would stay in the queue and wake the loop for ever.
      ::close(spare_fd_);
      fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd >= 0) ::close(fd);
      spare_fd_ = open_spare();
      if (fd >= 0) on_accept_(-1, address_);
      continue;
    }
    if (fd < 0) return;
    const int on = 1;
    if (address_.kind != ListenAddress::Kind::unix_socket) {
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    on_accept_(fd, address_);
  }
}

}  // namespace signal_hub::adapters
