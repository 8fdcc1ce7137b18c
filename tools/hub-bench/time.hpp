#pragma once

#include <chrono>
#include <cstdint>

namespace hub_bench {

/// Nanoseconds of the monotonic clock.
using Nanos = std::int64_t;

constexpr Nanos second = 1'000'000'000;

inline Nanos now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Milliseconds since the epoch, as envelopes carry them.
inline std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace hub_bench
