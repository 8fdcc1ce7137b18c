// Chance, from the seed alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/rng.hpp"
#include "schedule.hpp"

namespace signal_hub::sim {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : rng_(seed) {}

  std::uint64_t number() { return rng_.next(); }

  /// From `low` to `high`, both included.
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return low + rng_.below(high - low + 1);
  }
  Micros between(Micros low, Micros high) {
    return low + Micros{static_cast<std::int64_t>(
                     rng_.below(static_cast<std::uint64_t>((high - low).count()) + 1))};
  }

  /// True `percent` times of a hundred.
  bool chance(unsigned percent) { return rng_.below(100) < percent; }

  std::size_t index(std::size_t size) { return static_cast<std::size_t>(rng_.below(size)); }

  template <class T>
  const T& one_of(std::span<const T> all) {
    return all[index(all.size())];
  }

  /// An index, by weight. REQUIRES: a weight is not zero.
  std::size_t weighted(std::span<const unsigned> weights) {
    std::uint64_t sum = 0;
    for (const unsigned w : weights) sum += w;
    std::uint64_t at = rng_.below(sum);
    std::size_t i = 0;
    while (at >= weights[i]) at -= weights[i++];
    return i;
  }

 private:
  Rng rng_;
};

}  // namespace signal_hub::sim
