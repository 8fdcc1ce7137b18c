// What a service tells its manager: datagrams to the socket that NOTIFY_SOCKET names
// (sd_notify(3), "Notes": the protocol is stable and may be spoken without libsystemd).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace signal_hub::adapters {

/// The value of an environment variable; nullopt: it is not set.
using ReadVariable = std::function<std::optional<std::string>(const char* name)>;

/// That of this process.
std::optional<std::string> read_environment(const char* name);

/// Nobody listens unless a service manager started the process; then every call does nothing.
class Notifier {
 public:
  /// Opens the socket, so that no later shortage of descriptors silences the watchdog. An error is
  /// the end of a sentence: a manager waits for what it will not hear.
  static Result<Notifier> open(const ReadVariable& variable = read_environment);

  Notifier() = default;
  ~Notifier();
  Notifier(Notifier&& other) noexcept;
  Notifier& operator=(Notifier&& other) noexcept;
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  bool listened_to() const { return fd_ >= 0; }

  /// How long the manager waits for alive() before it ends the process; nullopt: for ever.
  std::optional<Millis> watchdog() const { return watchdog_; }

  /// Clients are served from now on. False: the manager could not be told.
  bool ready() const { return send("READY=1"); }

  /// The process ends, within `time` at the latest.
  bool stopping(Millis time) const;

  bool alive() const { return send("WATCHDOG=1"); }

 private:
  bool send(std::string_view message) const;

  int fd_ = -1;
  std::string address_;  // as sockaddr_un has it: a leading NUL for the abstract namespace
  std::optional<Millis> watchdog_;
};

}  // namespace signal_hub::adapters
