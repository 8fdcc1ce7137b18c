#include "adapters/systemd/notifier.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace signal_hub::adapters {
namespace {

std::optional<std::uint64_t> number(const std::optional<std::string>& text) {
  std::uint64_t value = 0;
  if (!text || text->empty()) return std::nullopt;
  const char* const last = text->data() + text->size();
  const auto [end, error] = std::from_chars(text->data(), last, value);
  if (error != std::errc{} || end != last) return std::nullopt;
  return value;
}

/// WATCHDOG_PID says for whom WATCHDOG_USEC is; without it, for whoever reads it.
std::optional<Millis> watchdog_of(const ReadVariable& variable) {
  const auto microseconds = number(variable("WATCHDOG_USEC"));
  if (!microseconds || *microseconds == 0) return std::nullopt;
  const auto whose = variable("WATCHDOG_PID");
  if (whose && number(whose) != static_cast<std::uint64_t>(getpid())) return std::nullopt;
  constexpr std::uint64_t longest = std::uint64_t{1} << 40U;  // in milliseconds 35 years
  return Millis{
      static_cast<std::int64_t>(std::clamp<std::uint64_t>(*microseconds / 1000, 1, longest))};
}

}  // namespace

std::optional<std::string> read_environment(const char* name) {
  // Read while the process has one thread.
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr) return std::nullopt;
  return value;
}

Result<Notifier> Notifier::open(const ReadVariable& variable) {
  Notifier notifier;
  const auto path = variable("NOTIFY_SOCKET");
  if (!path || path->empty()) return notifier;
  if (path->front() != '/' && path->front() != '@') {
    return fail("NOTIFY_SOCKET must be a path or an abstract address, not \"" + *path + "\"");
  }
  if (path->size() >= sizeof(sockaddr_un::sun_path)) {
    return fail("NOTIFY_SOCKET is too long: \"" + *path + "\"");
  }
  notifier.fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (notifier.fd_ < 0) {
    return fail(std::string("cannot open a socket for NOTIFY_SOCKET: ") + std::strerror(errno));
  }
  notifier.address_ = *path;
  if (path->front() == '@') notifier.address_.front() = '\0';
  notifier.watchdog_ = watchdog_of(variable);
  return notifier;
}

Notifier::~Notifier() {
  if (fd_ >= 0) close(fd_);
}

Notifier::Notifier(Notifier&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      address_(std::move(other.address_)),
      watchdog_(std::exchange(other.watchdog_, std::nullopt)) {}

Notifier& Notifier::operator=(Notifier&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(address_, other.address_);
  std::swap(watchdog_, other.watchdog_);
  return *this;
}

bool Notifier::stopping(Millis time) const {
  const std::string microseconds = std::to_string(time.count() * 1000);
  return send("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + microseconds);
}

bool Notifier::send(std::string_view message) const {
  if (fd_ < 0) return true;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  const ssize_t sent = sendto(fd_, message.data(), message.size(), MSG_NOSIGNAL,
                              reinterpret_cast<const sockaddr*>(&to), length);
  return sent == static_cast<ssize_t>(message.size());
}

}  // namespace signal_hub::adapters
