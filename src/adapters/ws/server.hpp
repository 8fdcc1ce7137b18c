// WebSocket and HTTP on libwebsockets, as a guest of the hub's libuv loop.
//
// Callbacks only check access, reassemble, bound sizes and pass on; nothing of the protocol is
// decided here. MEASURED pitfalls of libwebsockets 4.1 are named where they are avoided.
#pragma once

#include <uv.h>

#include <memory>
#include <string>
#include <vector>

#include "adapters/ws/tls.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "base/settings.hpp"

namespace signal_hub::adapters {

class WsServer final : public app::Transport, public app::HttpAnswers {
 public:
  /// Binds every listen address. `events` must outlive the server. Errors: a sentence naming the
  /// address or file at fault.
  static Result<std::unique_ptr<WsServer>> create(uv_loop_t* loop, const Settings& settings,
                                                  app::TransportEvents& events);
  ~WsServer() override;
  WsServer(const WsServer&) = delete;
  WsServer& operator=(const WsServer&) = delete;

  /// One per listen address, with the real port.
  const std::vector<std::string>& urls() const;

  /// Shows `pair` to connections that are made from now on. REQUIRES: TLS is served.
  void show_certificate(TlsPair pair);

  /// Ends every connection and closes all handles on the loop, which it runs for that. No other
  /// call may follow.
  void destroy();

  // app::Transport
  app::WriteOutcome write(ConnId conn, const core::Outgoing& frames) override;
  void all_written() override;
  void close(ConnId conn, std::uint16_t code, std::string_view reason) override;
  void cut(ConnId conn) override;
  void pause_reading(ConnId conn, bool paused) override;
  void stop_listening() override;

  // app::HttpAnswers
  void respond(app::HttpId id, const app::HttpResponse& response) override;
  bool stream(app::HttpId id, std::string_view bytes) override;
  void hang_up(app::HttpId id) override;

 private:
  class Impl;
  explicit WsServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Raises RLIMIT_NOFILE to its hard limit and says how many connections fit below it with a reserve
/// for everything else.
std::size_t connections_by_fd_limit();

}  // namespace signal_hub::adapters
