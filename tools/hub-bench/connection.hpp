#pragma once

#include <netinet/in.h>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "endpoint.hpp"
#include "frames.hpp"
#include "loop.hpp"

namespace hub_bench {

/// One WebSocket to the server. May be opened again after it has closed.
///
/// The handshake is trusted: 101 is enough. Text is not checked for UTF-8.
class Connection : private Watcher {
 public:
  /// Hears of one connection; may call anything of it but open() and the destructor.
  class Owner {
   public:
    Owner() = default;
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;
    virtual ~Owner() = default;

    virtual void opened() = 0;
    /// One message; `at` is when it was read from the kernel.
    virtual void message(std::string_view text, Nanos at) = 0;
    /// Bytes without WebSocket frames; returns how many need not be shown again.
    virtual std::size_t stream(std::string_view bytes, Nanos at) = 0;
    /// The connection is over and was not closed with close(); `why` in words.
    virtual void closed(const std::string& why) = 0;
  };

  Connection(Loop& loop, Owner& owner) : loop_(loop), owner_(owner) {}
  ~Connection() override { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void open(const Endpoint& endpoint, std::optional<in_addr> source);
  /// Queues one text message; it leaves at the end of the turn.
  void send(std::string_view text);
  /// The same for bytes, in a binary message unless the connection is plain TCP.
  void send_bytes(std::string_view bytes);
  /// Whether it reads at all; one that does not lets the server's queue for it grow.
  void set_reading(bool reading);
  /// Ends the TCP connection, without a close frame.
  void close();

 private:
  enum class State { closed, connecting, upgrading, open };

  void readable() override;
  void writable() override;
  void flush() override;

  void send_frame(Opcode opcode, std::string_view payload);
  void leave_later();
  void received(std::string_view bytes, Nanos at);
  /// How many of the bytes are dealt with.
  std::size_t upgrade(std::string_view bytes);
  std::size_t frames(std::string_view bytes, Nanos at);
  void frame(const Frame& frame, Nanos at);
  void fail(const std::string& why);
  void update();

  Loop& loop_;
  Owner& owner_;
  State state_ = State::closed;
  int fd_ = -1;
  bool websocket_ = true;
  bool reading_ = true;
  bool flushing_ = false;     // flush() is to come
  bool blocked_ = false;      // the kernel takes no more for now
  std::uint32_t mask_ = 1;    // state of the generator of masks
  std::string request_;       // the handshake
  std::string out_;           // framed and not yet with the kernel
  std::string in_;            // read and not yet a whole frame
  std::string fragments_;     // of a message in several frames
  std::string close_reason_;  // what a close frame said
};

}  // namespace hub_bench
