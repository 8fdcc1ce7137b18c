#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace hub_bench {

/// Counts values in buckets that are 1/64 of a power of two wide, so that every quantile is right
/// to 1.6 %, whatever the range. Values below 64 are exact.
class Histogram {
 public:
  void record(std::int64_t value) {
    const auto v = value < 0 ? 0 : static_cast<std::uint64_t>(value);
    ++counts_[index_of(v)];
    ++count_;
    if (v > max_) max_ = v;
  }

  /// The smallest recorded value that at least `share` (0…1) of all values do not exceed, rounded
  /// up to the end of its bucket; 0 when nothing was recorded.
  [[nodiscard]] std::uint64_t quantile(double share) const;

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t max() const { return max_; }

 private:
  static constexpr unsigned bits = 6;
  static constexpr std::size_t width = std::size_t{1} << bits;

  static std::size_t index_of(std::uint64_t v) {
    if (v < width) return static_cast<std::size_t>(v);
    const unsigned shift = static_cast<unsigned>(std::bit_width(v)) - bits - 1;
    return (shift + 1) * width + static_cast<std::size_t>((v >> shift) - width);
  }

  std::array<std::uint64_t, (64 - bits + 1) * width> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace hub_bench
