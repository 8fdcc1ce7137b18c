// What the hub says: frames off the wire, and the messages in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wire/json_view.hpp"

namespace signal_hub::sim {

/// A server's frame: final, unmasked (RFC 6455 §5.2).
struct Frame {
  unsigned opcode = 0;
  std::string payload;
};

/// Cuts a stream of bytes into frames.
class FrameReader {
 public:
  void feed(std::string_view bytes) { buffer_.append(bytes); }

  /// The next whole frame; nullopt if more bytes are needed or the stream is broken.
  std::optional<Frame> next();

  /// A header that a server must not send.
  bool broken() const { return broken_; }

  /// Bytes of the stream up to the end of the last frame.
  std::uint64_t position() const { return position_; }

 private:
  std::string buffer_;
  std::size_t used_ = 0;
  std::uint64_t position_ = 0;
  bool broken_ = false;
};

struct Message {
  std::string text;
  std::string id;
  std::string from;
  std::string to;
  std::string type;
  std::string pattern;
  std::optional<std::string> correlation_id;
  std::string payload;   // JSON
  std::string metadata;  // JSON object

  bool is_control() const { return type.starts_with("hub:"); }

  // Of the payload; nullopt: missing or of another kind.
  std::optional<std::string> text_of(std::string_view name) const;
  std::optional<std::int64_t> number_of(std::string_view name) const;
  std::optional<std::string> metadata_text(std::string_view name) const;
};

/// Nullopt and a reason: not an envelope as the hub must send it.
std::optional<Message> parse_message(std::string_view text, std::string& fault);

}  // namespace signal_hub::sim
