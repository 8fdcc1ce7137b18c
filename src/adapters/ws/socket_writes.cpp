#include "adapters/ws/socket_writes.hpp"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>

namespace signal_hub::adapters {
namespace {

constexpr int flags = MSG_DONTWAIT | MSG_NOSIGNAL;

/// Sends step by step until all is sent, a step says that the socket is full, or it breaks.
/// step(sent) sends some of what follows.
template <class Step>
std::optional<std::size_t> send_all(std::size_t size, Step&& step) {
  std::size_t sent = 0;
  while (sent < size) {
    const ssize_t taken = step(sent);
    if (taken > 0) {
      sent += static_cast<std::size_t>(taken);
    } else if (taken == 0 || errno == EAGAIN || errno == EWOULDBLOCK) {
      return sent;
    } else if (errno != EINTR) {
      return std::nullopt;
    }
  }
  return sent;
}

std::string_view behind(std::string_view text, std::size_t from) {
  return from < text.size() ? text.substr(from) : std::string_view{};
}

iovec part(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

ssize_t send_copied(int socket, std::string_view head, std::string_view tail) {
  std::array<iovec, 2> parts{part(head), part(tail)};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return sendmsg(socket, &message, flags);
}

}  // namespace

std::optional<std::size_t> send_both(int socket, std::string_view head, std::string_view tail,
                                     int file) {
  return send_all(head.size() + tail.size(), [&](std::size_t sent) -> ssize_t {
    const std::string_view head_left = behind(head, sent);
    const std::size_t of_tail = head_left.empty() ? sent - head.size() : 0;
    if (file < 0) return send_copied(socket, head_left, tail.substr(of_tail));
    if (!head_left.empty()) {
      return send(socket, head_left.data(), head_left.size(), flags | MSG_MORE);
    }
    auto offset = static_cast<off_t>(of_tail);
    return sendfile(socket, file, &offset, tail.size() - of_tail);
  });
}

}  // namespace signal_hub::adapters
