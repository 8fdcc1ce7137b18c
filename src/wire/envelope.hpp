// The envelope every message travels in (PROTOCOL.md §2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "wire/json_check.hpp"
#include "wire/json_view.hpp"
#include "wire/member_index.hpp"

namespace signal_hub::wire {

enum class Pattern : std::uint8_t { tell, ask };

/// A received envelope. Strings are unescaped copies only where the text had escapes: views point
/// into the frame or into the decoder's scratch and are valid until its next decode.
struct Envelope {
  std::string_view id;
  std::string_view from;  // canonical
  std::string_view to;    // any string: a malformed one is an unknown actor
  std::string_view type;
  JsonView payload;
  std::optional<MemberIndex> payload_members;  // if they were found on the way
  Pattern pattern = Pattern::tell;
  std::optional<std::string_view> correlation_id;
  WallTime timestamp{};
  JsonView metadata;  // always an object
  std::optional<MemberIndex> metadata_members;
  std::optional<Millis> ttl;
  std::optional<std::string_view> signature;

  bool is_ask() const { return pattern == Pattern::ask; }
  /// `timestamp + ttl < now`; without overflow for any values.
  bool expired(WallTime now) const;
  /// What is left of the ttl at `now`; nullopt without one.
  std::optional<Millis> remaining_ttl(WallTime now) const;
};

/// A frame that is no envelope, with what could be read of it, so that the answer finds its way.
struct BadEnvelope {
  Error error;
  std::optional<std::string> id;
  std::optional<std::string> from;  // canonical if present
  bool bad_utf8 = false;            // closes the socket with 1007
};

/// Frame bytes → Envelope. Keeps its scratch memory between calls; one per hub.
class EnvelopeDecoder {
 public:
  /// `bytes` is copied; every view in the result is valid until the next decode().
  /// Errors: invalid_json (malformed or nested too deep), invalid_message naming the field.
  Result<Envelope, BadEnvelope> decode(std::string_view bytes);

 private:
  JsonChecker checker_;
  std::string frame_;  // the padded copy
  JsonOutline outline_;
  std::string unescaped_;  // strings that had escapes; reserved up front per frame
};

}  // namespace signal_hub::wire
