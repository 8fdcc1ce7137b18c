// A session with a hub, for the client subcommands: connect, ask, listen.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/message.hpp"
#include "cli/ws_client.hpp"

namespace signal_hub::cli {

struct ClientOptions {
  std::string url = "ws://127.0.0.1:8787/ws";
  std::string token_file;
  std::string from;        // empty: `@(cli/<user>-<random>)`
  Millis timeout{10'000};  // for every answer; 0: for ever
};

class HubClient {
 public:
  /// Connected and accepted by the hub. Errors: a sentence.
  static Result<std::unique_ptr<HubClient>> open(const ClientOptions& options);

  /// Sends an ask and waits for its answer; other messages are kept for next(). Errors: a
  /// sentence, for hub:error and its kin with message and resolution.
  Result<Message> ask(std::string_view type, std::string_view to, std::string_view payload,
                      std::string_view metadata = "{}");

  /// Sends without waiting. False: it did not leave.
  bool tell(std::string_view type, std::string_view to, std::string_view payload);

  /// The next message, whenever it comes; nullopt at the end or an interrupt.
  std::optional<Message> next();

  /// hub:disconnect, acknowledged; a first interrupt does not shorten it. Returns the hub's error
  /// about something told, if there was one.
  std::optional<std::string> leave();

  WsClient& socket() { return *socket_; }
  const std::string& hub_address() const { return hub_; }

 private:
  HubClient(std::unique_ptr<WsClient> socket, std::string from, Millis timeout);
  std::string encode(std::string_view id, std::string_view type, std::string_view to,
                     std::string_view payload, std::string_view pattern,
                     std::string_view metadata) const;
  std::string why_no_answer(std::string_view type) const;

  std::unique_ptr<WsClient> socket_;
  std::string from_;
  std::string hub_ = "@(cloudflare/signal-hub)";
  Millis timeout_;
  std::deque<Message> kept_;  // came while an answer was awaited
  std::string told_;          // id of the last message without an answer
};

}  // namespace signal_hub::cli
