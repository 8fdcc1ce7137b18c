// xoshiro256**: fast, seedable randomness for message ids and jitter.
//
// Not for secrets: tokens and keys come from OpenSSL at the adapter edge.
// Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2018).
#pragma once

#include <array>
#include <cstdint>

namespace signal_hub {

class Rng {
 public:
  /// The same seed gives the same sequence; any seed, zero included, is fine.
  explicit Rng(std::uint64_t seed);

  std::uint64_t next();

  /// Uniform in [0, bound). REQUIRES: bound > 0.
  std::uint64_t below(std::uint64_t bound);

 private:
  std::array<std::uint64_t, 4> state_;
};

}  // namespace signal_hub
