// A WebSocket client for people at a terminal: one connection, used step by step.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"

namespace signal_hub::cli {

using Deadline = std::chrono::steady_clock::time_point;
inline constexpr Deadline no_deadline = Deadline::max();

/// `timeout` from now; 0: never.
Deadline deadline_in(Millis timeout);

class WsClient {
 public:
  /// `url` as parse_hub_url() takes it. Errors: a sentence.
  static Result<std::unique_ptr<WsClient>> connect(const std::string& url, Deadline until);
  ~WsClient();
  WsClient(const WsClient&) = delete;
  WsClient& operator=(const WsClient&) = delete;

  /// False: the connection has ended, or it did not leave before the deadline or an interrupt.
  bool send(std::string text, Deadline until);

  /// The next message; nullopt after the deadline, an interrupt, or the end.
  std::optional<std::string> receive(Deadline until);

  bool ended() const;
  /// Why, if the hub closed it; empty otherwise.
  std::string close_reason() const;

  /// From now on, while this lives, SIGINT and SIGTERM end waits instead of the process.
  void handle_interrupts();
  /// One came, and outlast_interrupts() not since.
  bool interrupted() const;
  /// Waits go on in spite of the interrupts so far; the next one ends them again.
  void outlast_interrupts();

 private:
  class Impl;
  explicit WsClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace signal_hub::cli
