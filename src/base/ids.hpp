// Identifiers: UUID text for messages and sessions, slot + generation for what lives in tables.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/rng.hpp"

namespace signal_hub {

inline constexpr std::size_t uuid_length = 36;

/// A random UUID (RFC 4122 §4.4, version 4) in its text form, without an allocation.
struct Uuid {
  std::array<char, uuid_length> text;

  static Uuid make(Rng& rng);
  std::string_view view() const { return {text.data(), text.size()}; }
  std::string str() const { return std::string(view()); }
};

/// Names an entry of a slot table. A slot is used again, its generation then differs, so that a
/// stale id finds nothing instead of a stranger. The default value names nothing.
template <class Tag>
struct SlotId {
  std::uint32_t slot = UINT32_MAX;
  std::uint32_t generation = 0;

  bool valid() const { return slot != UINT32_MAX; }
  friend bool operator==(SlotId, SlotId) = default;
};

/// A connection, from its upgrade to its end.
using ConnId = SlotId<struct ConnTag>;

}  // namespace signal_hub
