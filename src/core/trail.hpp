// Trail: what went wrong with a message so far, the newest of it (PROTOCOL.md §7, `history`).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace signal_hub::core {

struct TrailEvent {
  WallTime at;
  std::string event;
  std::string detail;
};

/// Oldest first, bounded.
using Trail = std::vector<TrailEvent>;

/// The oldest goes when there are too many.
void note(Trail& trail, WallTime at, std::string_view event, std::string_view detail);

/// A JSON array of {at, event, detail}, as it is stored. What is no such array is no trail.
std::string encode(const Trail& trail);
Trail decode_trail(std::string_view json);

}  // namespace signal_hub::core
