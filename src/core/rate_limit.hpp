// Token buckets and counting windows (PROTOCOL.md §6). Time is an argument; a clock that stands
// still or jumps ahead is harmless.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace signal_hub::core {

/// Starts full. Rate and burst are arguments so that a reload reaches every bucket.
class TokenBucket {
 public:
  /// Takes `cost` tokens, or says how long until that many are there. A cost above the burst counts
  /// as the burst, so that waiting always helps. `rate` is tokens per second; 0: unlimited.
  std::optional<Millis> take(std::uint32_t cost, std::uint32_t rate, std::uint32_t burst,
                             MonoTime now);

 private:
  std::int64_t missing_ = 0;  // thousandths of a token below full
  MonoTime at_{};
};

/// How many in the last ten whole seconds.
class RateWindow {
 public:
  void add(std::uint32_t count, MonoTime now);
  double per_second(MonoTime now) const;

 private:
  static constexpr std::size_t seconds = 10;
  std::array<std::uint32_t, seconds> counts_{};
  std::int64_t second_ = 0;  // the one counted now
};

/// Counts within fixed windows, and tells once per window when a threshold is passed.
class AlarmWindow {
 public:
  explicit AlarmWindow(Millis length) : length_(length) {}

  /// True the first time the count passes `threshold` in this window; 0: never.
  bool add(std::uint32_t threshold, MonoTime now);

  /// The count of the window `now` is in.
  std::uint32_t count(MonoTime now) const { return window_of(now) == window_ ? count_ : 0; }

 private:
  std::int64_t window_of(MonoTime now) const { return now.time_since_epoch() / length_; }

  Millis length_;
  std::int64_t window_ = INT64_MIN;
  std::uint32_t count_ = 0;
  bool told_ = false;
};

}  // namespace signal_hub::core
