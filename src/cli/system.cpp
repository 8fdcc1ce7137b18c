#include "cli/system.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace signal_hub::cli {

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file) return fail("cannot read " + path);
  return text.str();
}

config::Sources sources_of(std::span<const std::string> arguments) {
  return {arguments, environment, read_file};
}

}  // namespace signal_hub::cli
