// What the SQLite store is told by the composition root.
#pragma once

#include <cstdint>
#include <string>

#include "app/retention.hpp"
#include "base/time.hpp"

namespace signal_hub::adapters {

struct SqliteOptions {
  std::string path;
  bool full_durability = true;  // false: a power loss may take the last commits, a crash none
  std::uint64_t wal_limit = std::uint64_t{64} << 20U;  // bytes of the write-ahead log; 0: unlimited
  Millis upkeep_interval{5'000};  // between two attempts to shorten a log above its limit
  app::Retention kept{};
  /// A file above this many bytes is searched for damage while the hub serves already.
  std::uint64_t checked_before_start = std::uint64_t{64} << 20U;
};

}  // namespace signal_hub::adapters
