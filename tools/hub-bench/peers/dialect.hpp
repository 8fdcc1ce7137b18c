#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace hub_bench {

/// How a publish/subscribe server other than the hub is spoken to, so that it can be put under the
/// same load: as one stream of bytes, over TCP or in WebSocket frames.
class Dialect {
 public:
  Dialect() = default;
  Dialect(const Dialect&) = delete;
  Dialect& operator=(const Dialect&) = delete;
  virtual ~Dialect() = default;

  enum class Kind {
    partial,  ///< there is no whole one yet
    ack,      ///< of hello, subscribe or fence, whichever was last
    message,
    ping,  ///< wants pong()
    other,
    broken,
  };

  struct Event {
    Kind kind = Kind::partial;
    std::size_t size = 0;  ///< how many bytes it took
    std::string_view payload = {};
  };

  [[nodiscard]] virtual std::string hello() const = 0;
  [[nodiscard]] virtual std::string subscribe(std::string_view topic) const = 0;
  [[nodiscard]] virtual std::string publish(std::string_view topic,
                                            std::string_view payload) const = 0;
  /// What is answered behind everything the server has queued for this client.
  [[nodiscard]] virtual std::string fence() const = 0;
  [[nodiscard]] virtual std::string pong() const { return {}; }
  /// The WebSocket subprotocol to ask for.
  [[nodiscard]] virtual std::string_view subprotocol() const { return {}; }
  /// Whether its messages are text, one to a frame.
  [[nodiscard]] virtual bool speaks_text() const { return false; }
  /// The first event in `bytes`.
  [[nodiscard]] virtual Event next(std::string_view bytes) const = 0;
};

/// mqtt, nats, redis or socketio; null for anything else.
std::unique_ptr<Dialect> make_dialect(std::string_view name);

}  // namespace hub_bench
