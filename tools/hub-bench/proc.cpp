#include "proc.hpp"

#include <unistd.h>
#include <fstream>
#include <sstream>
#include <string>

namespace hub_bench {

std::optional<Sample> sample(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  // The name, in parentheses, may hold anything; the third field follows it.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  fields >> user >> system;
  for (int field = 16; field < 24; ++field) fields >> skipped;
  std::uint64_t pages = 0;
  if (!(fields >> pages)) return std::nullopt;
  return Sample{static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK)),
                pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))};
}

}  // namespace hub_bench
