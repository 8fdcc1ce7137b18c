// What health remembers of the last seconds and minutes.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/time.hpp"
#include "core/stats.hpp"

namespace signal_hub::app {

class HealthWindow {
 public:
  static constexpr std::size_t lag_seconds = 10;
  static constexpr std::size_t churn_seconds = 60;
  static constexpr std::size_t dead_minutes = 15;

  void second(const core::Stats& stats, Millis late);
  void worked(std::uint64_t us) { lag_us_[at_ % lag_seconds] = std::max(current_lag(), us); }

  /// The longest the loop was late or worked without a pause, within the last 10 s.
  Millis loop_lag() const;

  /// How many of the connections there were within the last minute ended, other than by their
  /// clients' wish; in percent, 0 below `least` of them.
  std::uint64_t lost_percent(const core::Stats& stats, std::uint64_t least) const;

  /// Stored messages that died within the last 15 minutes.
  std::uint64_t dead_letters(const core::Stats& stats) const;

 private:
  struct Sample {
    std::uint64_t opened = 0;
    std::uint64_t lost = 0;
    std::size_t open = 0;
  };
  std::uint64_t current_lag() const { return lag_us_[at_ % lag_seconds]; }

  std::uint64_t at_ = 0;  // seconds since the start
  std::array<std::uint64_t, lag_seconds> lag_us_{};
  std::array<Sample, churn_seconds> churn_{};
  std::array<std::uint64_t, dead_minutes> dead_{};  // counts at the ends of minutes
};

/// Connections that ended other than by their clients' wish.
std::uint64_t lost_connections(const core::Stats& stats);

}  // namespace signal_hub::app
