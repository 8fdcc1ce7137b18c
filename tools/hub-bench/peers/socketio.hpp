#pragma once

#include "peers/dialect.hpp"

namespace hub_bench {

/// Socket.IO 4 over a WebSocket from the start (/socket.io/?EIO=4&transport=websocket), with the
/// events of tools/compare-peers/socketio.js.
class SocketIo : public Dialect {
 public:
  [[nodiscard]] std::string hello() const override { return "40"; }
  [[nodiscard]] std::string subscribe(std::string_view topic) const override;
  [[nodiscard]] std::string publish(std::string_view topic,
                                    std::string_view payload) const override;
  [[nodiscard]] std::string fence() const override { return R"(42["fence"])"; }
  [[nodiscard]] std::string pong() const override { return "3"; }
  [[nodiscard]] bool speaks_text() const override { return true; }
  [[nodiscard]] Event next(std::string_view bytes) const override;
};

}  // namespace hub_bench
