// Messages the hub passes on: an invariant tail encoded once, and a small head per recipient.
//
// The message is `{"id":…,"to":…,` + tail. The payload inside the tail is the received slice, byte
// for byte (PROTOCOL.md §2, §4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "wire/json_view.hpp"

namespace signal_hub::wire {

/// What a forwarded message says; views into the received frame.
struct Forward {
  std::string_view from;
  std::string_view type;
  JsonView data;
  std::optional<std::string_view> correlation_id;
  WallTime timestamp;
  std::string_view metadata;  // JSON object, complete
  std::optional<Millis> ttl;  // what remains
};

/// Everything after the head, closing brace included; appended to `out`.
void write_tail(std::string& out, const Forward& message);

/// `{"id":"…","to":"…",`; appended to `out`.
void write_head(std::string& out, std::string_view id, std::string_view to);

/// metadata of a forwarded hub:send: the sender's members but for authToken and those the hub
/// sets, then forwarded, via, originalMessageId. Of a reliable one the hub sets more.
std::string send_metadata(const JsonView& senders, std::string_view hub_address,
                          std::string_view original_id, bool reliable);

/// metadata of a broadcast: exactly {broadcast:true, via}.
std::string broadcast_metadata(std::string_view hub_address);

/// metadata of a publication: exactly {topic, publication:true, via}.
std::string publish_metadata(std::string_view topic, std::string_view hub_address);

/// The topic of a publication, from its tail; nullopt: it was edited by hand.
std::optional<std::string> topic_of_publication(std::string_view tail);

/// {traceId, spanId} of a request as far as present, as an answer's metadata; `{}` without.
std::string trace_metadata(const JsonView& senders);

/// What an attempt to deliver a message reliably adds to its metadata.
struct Attempt {
  std::string_view delivery_id;
  std::uint32_t number;                           // 1, 2, …
  std::optional<std::string_view> original_id{};  // where the tail does not hold it
};

/// A tail as write_tail() made it, with that; appended to `out`.
void write_attempt(std::string& out, std::string_view tail, const Attempt& attempt);

}  // namespace signal_hub::wire
