// Messages the operator sends through the hub, and what they were answered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"

namespace signal_hub::core {

/// Texts must be valid UTF-8, JSON slices valid JSON.
struct OperatorMessage {
  std::string_view from;      // empty: the hub's own address
  std::string_view to;        // empty: the hub
  std::string_view type;      // hub:send or hub:publish
  std::string_view payload;   // JSON object
  std::string_view metadata;  // JSON object
  std::optional<std::int64_t> ttl;
};

struct OperatorAnswer {
  std::uint64_t ticket;
  std::string message_id;  // of the message it answers
  std::string type;        // such as hub:published or hub:error
  std::string payload;     // JSON object
};

/// Stands where a connection's id would: the operator has none.
inline constexpr std::uint32_t operator_slot = UINT32_MAX - 1;

inline bool is_operator(ConnId conn) { return conn.slot == operator_slot; }

}  // namespace signal_hub::core
