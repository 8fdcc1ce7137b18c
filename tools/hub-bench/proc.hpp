#pragma once

#include <sys/types.h>
#include <cstdint>
#include <optional>

namespace hub_bench {

/// What /proc says of a process at one moment.
struct Sample {
  double cpu_seconds = 0;  ///< user and system, of all its threads; steps of 10 ms
  std::uint64_t rss = 0;   ///< resident bytes
};

/// None if there is no such process, or none that may be looked at.
std::optional<Sample> sample(pid_t pid);

}  // namespace hub_bench
