#include "app/histogram.hpp"

#include <algorithm>

namespace signal_hub::app {

void DurationHistogram::observe(std::uint64_t us) {
  const auto* bucket = std::lower_bound(bounds_us.begin(), bounds_us.end(), us);
  ++counts_[static_cast<std::size_t>(bucket - bounds_us.begin())];
  ++count_;
  sum_us_ += us;
  longest_us_ = std::max(longest_us_, us);
}

std::array<std::uint64_t, DurationHistogram::bounds_us.size() + 1> DurationHistogram::cumulative()
    const {
  auto sums = counts_;
  for (std::size_t i = 1; i < sums.size(); ++i) sums[i] += sums[i - 1];
  return sums;
}

}  // namespace signal_hub::app
