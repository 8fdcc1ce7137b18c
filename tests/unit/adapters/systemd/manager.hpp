// A service manager that only listens.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "adapters/systemd/notifier.hpp"

namespace signal_hub::adapters::test {

class Manager {
 public:
  /// `address` is a path, or `@name` in the abstract namespace.
  explicit Manager(const std::string& address)
      : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un own{};
    own.sun_family = AF_UNIX;
    std::memcpy(own.sun_path, address.data(), address.size());
    if (address.front() == '@') own.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
    if (bind(fd_, reinterpret_cast<const sockaddr*>(&own), length) != 0) {
      throw std::runtime_error("cannot bind " + address);
    }
    environment["NOTIFY_SOCKET"] = address;
  }
  ~Manager() { close(fd_); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  /// What came, if something did.
  std::optional<std::string> heard() const {
    std::array<char, 512> text{};
    const ssize_t size = recv(fd_, text.data(), text.size(), MSG_DONTWAIT);
    if (size < 0) return std::nullopt;
    return std::string(text.data(), static_cast<std::size_t>(size));
  }

  ReadVariable variables() const {
    return [this](const char* name) -> std::optional<std::string> {
      const auto found = environment.find(name);
      if (found == environment.end()) return std::nullopt;
      return found->second;
    };
  }

  std::map<std::string, std::string> environment;

 private:
  int fd_;
};

}  // namespace signal_hub::adapters::test
