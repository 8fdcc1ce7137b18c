// What the app layer needs from outside. Adapters implement these; main wires them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "core/effects.hpp"
#include "core/outbox.hpp"
#include "core/stats.hpp"

namespace signal_hub::app {

/// Reads the system's clocks; the loop's time stands still within a turn.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Now now() const = 0;
  /// Microseconds of a monotonic clock that does not stand still: for measuring turns only.
  virtual std::uint64_t stopwatch_us() const = 0;
};

/// The one timer of the hub.
class Timer {
 public:
  virtual ~Timer() = default;
  /// Wakes the loop at `deadline`, or at once if it has passed (MonoTime::min(): another turn
  /// without waiting, I/O is still polled in between); `never` disarms.
  virtual void arm(MonoTime deadline) = 0;
};

enum class WriteOutcome : std::uint8_t {
  sent,       // all bytes are with the kernel
  backed_up,  // all bytes were taken; TransportEvents::writable() follows when they are
  failed,     // the socket is broken; closed() follows, outside of this call
};

/// Sockets, by connection. Unknown connections are ignored: they may have just ended.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Hands whole frames over: a pong of the library's own goes before or behind them. REQUIRES: the
  /// last write was not backed_up, or writable() came.
  virtual WriteOutcome write(ConnId conn, const core::Outgoing& frames) = 0;

  /// A turn's frames were written, as far as sockets took them.
  virtual void all_written() = 0;

  /// Sends a close frame after what was written, then ends the socket; waits for the peer's close
  /// frame only as long as the library does.
  virtual void close(ConnId conn, std::uint16_t code, std::string_view reason) = 0;

  /// Ends the socket at once. closed() follows, outside of this call.
  virtual void cut(ConnId conn) = 0;

  virtual void pause_reading(ConnId conn, bool paused) = 0;

  /// No further connection is accepted.
  virtual void stop_listening() = 0;
};

/// Names a request whose answer is open.
using HttpId = SlotId<struct HttpTag>;

/// Where a request came in.
enum class Door : std::uint8_t {
  network,
  admin_socket,  // whoever can open its file is the operator
};

struct HttpRequest {
  std::string_view method;
  std::string_view path;                   // decoded and normalised, without the query
  std::span<const std::string> arguments;  // of the query: `name=value`, each decoded
  std::string_view authorization;
  std::string_view body;
  std::size_t announced = 0;  // bytes of the body that the client says it sends
  Door door = Door::network;
  std::string_view if_none_match = {};
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool stream = false;  // the body is only its beginning: HttpAnswers::stream() goes on
  std::string cache_control = "no-store";
};

/// Answers that come after the request's call. Unknown ids are ignored: the client may be gone.
class HttpAnswers {
 public:
  virtual ~HttpAnswers() = default;
  virtual void respond(HttpId id, const HttpResponse& response) = 0;
  /// Goes on with a streamed answer. False: the socket has not taken what came before; nothing was
  /// added.
  virtual bool stream(HttpId id, std::string_view bytes) = 0;
  /// Ends the connection, a streamed answer's too.
  virtual void hang_up(HttpId id) = 0;
};

/// What the transport tells; implemented by the server. Never called from inside a Transport call.
class TransportEvents {
 public:
  virtual ~TransportEvents() = default;
  virtual core::Admission admit(std::string_view ip) = 0;
  virtual void abandoned(std::string_view ip) = 0;
  /// A connection the transport has refused without asking.
  virtual void refused(core::RefusalReason reason) = 0;
  virtual ConnId opened(std::string_view ip) = 0;
  virtual std::size_t frame_limit(ConnId conn) = 0;
  virtual void reassembling(ConnId conn, std::size_t bytes) = 0;
  virtual void frame(ConnId conn, std::string_view bytes) = 0;
  virtual void oversized(ConnId conn, std::size_t size) = 0;
  /// More of a message reported as oversized().
  virtual void still_oversized(ConnId conn, std::size_t size) = 0;
  virtual void alive(ConnId conn) = 0;
  virtual void closed(ConnId conn, bool clean) = 0;
  /// What backed up is now with the kernel.
  virtual void writable(ConnId conn) = 0;
  /// How many bytes of this request's body are wanted; 0: it is answered without.
  virtual std::size_t body_limit(const HttpRequest& request) = 0;
  /// Nullopt: the answer comes through HttpAnswers, unless http_gone() comes before.
  virtual std::optional<HttpResponse> http(HttpId id, const HttpRequest& request) = 0;
  /// Nobody waits for this open or streamed answer any more: noticed when something is written at
  /// the latest.
  virtual void http_gone(HttpId id) = 0;
  /// A warning of the WebSocket library.
  virtual void library_log(std::string_view line) = 0;
};

/// What the loop tells; implemented by the server.
class LoopEvents {
 public:
  virtual ~LoopEvents() = default;
  /// The armed deadline has come.
  virtual void timer() = 0;
  /// All callbacks of this turn's phase have run: carry out what they decided.
  virtual void end_of_turn() = 0;
  /// TERM, INT, HUP, USR1, USR2.
  virtual void signal(int number) = 0;
};

}  // namespace signal_hub::app
