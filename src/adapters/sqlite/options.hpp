// What the SQLite store is told by the composition root.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"

namespace signal_hub::adapters {

struct SqliteOptions {
  /// How long and how many finished messages and dead letters; 0: no limit.
  struct Kept {
    Millis receipt_ttl{600'000};      // since it has finished, and
    Millis dedupe_window{3'600'000};  // since it was accepted
    std::uint64_t receipt_limit = 1'000'000;
    Millis dead_letter_ttl{2'592'000'000};
    std::uint64_t dead_letter_limit = 100'000;
  };
  std::string path;
  bool full_durability = true;  // false: a power loss may take the last commits, a crash none
  std::uint64_t wal_limit = std::uint64_t{64} << 20U;  // bytes of the write-ahead log; 0: unlimited
  Millis upkeep_interval{5'000};  // between two attempts to shorten a log above its limit
  Kept kept{};
  /// A file above this many bytes is searched for damage while the hub serves already.
  std::uint64_t checked_before_start = std::uint64_t{64} << 20U;
};

}  // namespace signal_hub::adapters
