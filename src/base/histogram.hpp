// A histogram with fixed buckets, for durations (Prometheus's cumulative form).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace signal_hub {

/// `Buckets::bounds_us`: upper bounds in microseconds, ascending; longer ones fall into +Inf.
template <class Buckets>
class Histogram {
 public:
  static constexpr auto bounds_us = Buckets::bounds_us;
  using Counts = std::array<std::uint64_t, bounds_us.size() + 1>;

  void observe(std::uint64_t us) {
    const auto* bucket = std::lower_bound(bounds_us.begin(), bounds_us.end(), us);
    ++counts_[static_cast<std::size_t>(bucket - bounds_us.begin())];
    ++count_;
    sum_us_ += us;
    longest_us_ = std::max(longest_us_, us);
  }

  /// Observations at or below bounds_us[i]; the last entry counts all.
  Counts cumulative() const {
    Counts sums = counts_;
    for (std::size_t i = 1; i < sums.size(); ++i) sums[i] += sums[i - 1];
    return sums;
  }
  std::uint64_t count() const { return count_; }
  std::uint64_t sum_us() const { return sum_us_; }
  std::uint64_t longest_us() const { return longest_us_; }

 private:
  Counts counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_us_ = 0;
  std::uint64_t longest_us_ = 0;
};

/// Work of one go: turns of the loop, commits.
struct WorkBuckets {
  static constexpr std::array<std::uint64_t, 12> bounds_us{
      50, 100, 250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 100'000, 250'000, 1'000'000};
};
using DurationHistogram = Histogram<WorkBuckets>;

/// Ways of messages, through the hub or to a client and back.
struct WayBuckets {
  static constexpr std::array<std::uint64_t, 14> bounds_us{
      100,    250,     500,     1'000,   2'500,     5'000,     10'000,
      25'000, 100'000, 250'000, 500'000, 1'000'000, 5'000'000, 30'000'000};
};
using WayHistogram = Histogram<WayBuckets>;

/// Lives of connections: from a second to a week.
struct LifeBuckets {
  static constexpr std::uint64_t second = 1'000'000;
  static constexpr std::uint64_t hour = 3'600 * second;
  static constexpr std::array<std::uint64_t, 9> bounds_us{second,       10 * second, 60 * second,
                                                          600 * second, hour,        4 * hour,
                                                          12 * hour,    24 * hour,   168 * hour};
};
using LifeHistogram = Histogram<LifeBuckets>;

}  // namespace signal_hub
