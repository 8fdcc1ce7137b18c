#include "adapters/uv/process.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <uv.h>

#include <filesystem>
#include <system_error>

namespace signal_hub::adapters {
namespace {

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

std::uint64_t open_descriptors() {
  // Its size is their number since Linux 6.2; counting tens of thousands takes milliseconds.
  struct stat folder {};
  if (stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0) {
    return static_cast<std::uint64_t>(folder.st_size);
  }
  std::error_code error;
  std::uint64_t count = 0;
  std::filesystem::directory_iterator at("/proc/self/fd", error);
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) ++count;
  return count;
}

}  // namespace

app::ProcessFigures read_process() {
  app::ProcessFigures figures;
  std::size_t resident = 0;
  if (uv_resident_set_memory(&resident) == 0) figures.resident_bytes = resident;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    figures.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  figures.open_fds = open_descriptors();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.max_fds = limit.rlim_cur;
  return figures;
}

}  // namespace signal_hub::adapters
