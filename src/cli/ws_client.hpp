// A WebSocket client for people at a terminal: one connection, used step by step.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace signal_hub::cli {

class WsClient {
 public:
  /// `ws://host:port/path` or `wss://…`. Errors: a sentence.
  static Result<std::unique_ptr<WsClient>> connect(const std::string& url, Millis timeout);
  ~WsClient();
  WsClient(const WsClient&) = delete;
  WsClient& operator=(const WsClient&) = delete;

  /// False: the connection has ended.
  bool send(std::string text);

  /// The next message; nullopt after `timeout` (0: wait for ever), an interrupt, or the end.
  std::optional<std::string> receive(Millis timeout);

  bool ended() const;
  /// Why, if the hub closed it; empty otherwise.
  std::string close_reason() const;

  /// SIGINT or SIGTERM came while interruptible.
  bool interrupted() const;
  void handle_interrupts();

 private:
  class Impl;
  explicit WsClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace signal_hub::cli
