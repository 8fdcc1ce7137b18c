#include "histogram.hpp"

#include <algorithm>
#include <cmath>

namespace hub_bench {

std::uint64_t Histogram::quantile(double share) const {
  if (count_ == 0) return 0;
  const auto wanted = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen < wanted) continue;
    if (i < width) return i;
    const std::size_t shift = i / width - 1;
    const std::uint64_t last = ((i % width + width + 1) << shift) - 1;
    return std::min(last, max_);
  }
  return max_;
}

}  // namespace hub_bench
