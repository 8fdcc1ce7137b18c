// A session with a hub, for the client subcommands: connect, ask, listen.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/result.hpp"
#include "cli/ws_client.hpp"

namespace signal_hub::cli {

struct ClientOptions {
  std::string url = "ws://127.0.0.1:8787/ws";
  std::string token_file;
  std::string from;  // empty: `@(cli/<user>-<random>)`
  double timeout_s = 10;
};

class HubClient {
 public:
  using Json = nlohmann::json;

  /// Connected and accepted by the hub. Errors: a sentence.
  static Result<std::unique_ptr<HubClient>> open(const ClientOptions& options);

  /// Sends an ask and waits for its answer; other messages are kept for next(). Errors: a
  /// sentence, for hub:error and its kin with message and resolution.
  Result<Json> ask(std::string_view type, std::string_view to, std::string_view payload,
                   const Json& metadata = Json::object());

  /// Sends without waiting.
  bool tell(std::string_view type, std::string_view to, std::string_view payload);

  /// The next message as received; nullopt when it ends or is interrupted.
  std::optional<std::string> next(Millis timeout);

  /// hub:disconnect, acknowledged.
  void leave();

  WsClient& socket() { return *socket_; }
  const std::string& hub_address() const { return hub_; }

 private:
  HubClient(std::unique_ptr<WsClient> socket, std::string from, Millis timeout);
  std::string encode(std::string_view id, std::string_view type, std::string_view to,
                     std::string_view payload, std::string_view pattern, const Json& metadata);

  std::unique_ptr<WsClient> socket_;
  std::string from_;
  std::string hub_ = "@(cloudflare/signal-hub)";
  Millis timeout_;
  std::vector<std::string> kept_;
};

}  // namespace signal_hub::cli
