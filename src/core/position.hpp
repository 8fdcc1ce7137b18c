// The halves of a position, which orders all messages: the run that accepted it in the upper one, a
// counter in the lower.
#pragma once

#include <cstdint>

namespace signal_hub::core {

inline constexpr unsigned position_half = 32;  // bits

constexpr std::uint64_t run_of(std::uint64_t position) { return position >> position_half; }
constexpr std::uint32_t counter_of(std::uint64_t position) {
  return static_cast<std::uint32_t>(position);
}
constexpr std::uint64_t position_at(std::uint64_t run, std::uint32_t counter) {
  return run << position_half | counter;
}

}  // namespace signal_hub::core
