// The other end of a connection, byte by byte: a socket that never blocks, and the client's side of
// RFC 6455 as far as tests need it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace signal_hub::adapters::test {

enum Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  closing = 8,
  ping = 9,
  pong = 10
};

/// A client's frame, masked.
std::string client_frame(Opcode opcode, std::string_view payload, bool final_fragment = true);

/// The payload of a close frame.
std::string close_payload(std::uint16_t code, std::string_view reason = "");

/// An upgrade request; `change` replaces headers of that name, an empty value leaves one out.
std::string upgrade(const std::map<std::string, std::string>& change = {},
                    const std::string& path = "/ws", const std::string& method = "GET");

class Peer {
 public:
  struct Frame {
    unsigned opcode = 0;
    bool final_fragment = true;
    std::string payload;

    std::uint16_t close_code() const;
    std::string close_reason() const { return payload.size() > 2 ? payload.substr(2) : ""; }
  };

  /// To 127.0.0.1 or a unix socket; throws if nobody listens. `receive_buffer` bytes are asked of
  /// the kernel, 0: its default.
  explicit Peer(std::uint16_t port, int receive_buffer = 0);
  explicit Peer(const std::string& unix_path);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  int fd() const { return fd_; }

  /// What the socket does not take now leaves with pump().
  void send(std::string_view bytes);

  /// Writes what is left and reads what has come.
  void pump();
  /// Only writes.
  void flush();

  /// Everything received and not taken yet.
  const std::string& received() const { return in_; }
  /// The other side has closed or reset the connection.
  bool ended() const { return ended_; }
  bool all_sent() const { return out_.empty(); }

  /// The HTTP response, header block and body, once it is complete by its Content-Length.
  std::optional<std::string> take_response();
  std::optional<Frame> take_frame();

  void close();

 private:
  int fd_ = -1;
  std::string in_;
  std::string out_;
  bool ended_ = false;
};

/// Its number; 0 without a status line.
int status_of(std::string_view response);
/// The value of a header; empty if it is missing.
std::string header_of(std::string_view response, std::string_view name);

}  // namespace signal_hub::adapters::test
