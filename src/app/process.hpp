// Figures of the operating system's view of this process; read by an adapter.
#pragma once

#include <cstdint>
#include <functional>

namespace signal_hub::app {

struct ProcessFigures {
  std::uint64_t resident_bytes = 0;
  double cpu_seconds = 0;
  std::uint64_t open_fds = 0;
  std::uint64_t max_fds = 0;
};

using ReadProcess = std::function<ProcessFigures()>;

}  // namespace signal_hub::app
