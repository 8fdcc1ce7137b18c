// Time as the hub sees it: two readings of one moment, taken once per event and passed as argument.
//
// Nothing below the adapters reads a clock. Both readings are in milliseconds.
#pragma once

#include <chrono>
#include <cstdint>

namespace signal_hub {

using Millis = std::chrono::milliseconds;
using namespace std::chrono_literals;

/// Marks time_points of the monotonic clock; never goes backwards, its zero means nothing.
struct MonoClock {
  using rep = std::int64_t;
  using period = std::milli;
  using duration = Millis;
  using time_point = std::chrono::time_point<MonoClock>;
  static constexpr bool is_steady = true;
};

/// Marks time_points of the wall clock: milliseconds since the Unix epoch; may jump both ways.
struct WallClock {
  using rep = std::int64_t;
  using period = std::milli;
  using duration = Millis;
  using time_point = std::chrono::time_point<WallClock>;
  static constexpr bool is_steady = false;
};

using MonoTime = MonoClock::time_point;
using WallTime = WallClock::time_point;

inline constexpr MonoTime never = MonoTime::max();

/// One moment. Deadlines held in memory use `mono`; `wall` is for timestamps, ttl, exp and what is
/// written to disk.
struct Now {
  MonoTime mono;
  WallTime wall;
  /// Microseconds of a monotonic clock that goes on within a turn, for measuring only; 0: nobody
  /// measures.
  std::uint64_t stopwatch_us = 0;
};

/// Epoch milliseconds, the form of every time on the wire.
constexpr std::int64_t epoch_ms(WallTime t) { return t.time_since_epoch().count(); }

constexpr WallTime from_epoch_ms(std::int64_t ms) { return WallTime{Millis{ms}}; }

}  // namespace signal_hub
