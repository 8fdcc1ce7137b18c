// A histogram with fixed buckets, for durations of turns (Prometheus's cumulative form).
#pragma once

#include <array>
#include <cstdint>

namespace signal_hub::app {

class DurationHistogram {
 public:
  /// Upper bounds in microseconds; longer ones fall into +Inf.
  static constexpr std::array<std::uint64_t, 12> bounds_us{
      50, 100, 250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 100'000, 250'000, 1'000'000};

  void observe(std::uint64_t us);

  /// Observations at or below bounds_us[i]; the last entry counts all.
  std::array<std::uint64_t, bounds_us.size() + 1> cumulative() const;
  std::uint64_t count() const { return count_; }
  std::uint64_t sum_us() const { return sum_us_; }
  std::uint64_t longest_us() const { return longest_us_; }

 private:
  std::array<std::uint64_t, bounds_us.size() + 1> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_us_ = 0;
  std::uint64_t longest_us_ = 0;
};

}  // namespace signal_hub::app
