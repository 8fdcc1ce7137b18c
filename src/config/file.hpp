// The configuration file: TOML with the flags' names as keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/options.hpp"

namespace signal_hub::config {

/// One key of the file with its value as texts.
struct FileEntry {
  const Option* option;
  std::vector<std::string> texts;
  std::string place;  // `FILE:LINE`
};

/// Errors: a sentence naming file, line and key; unknown keys with the nearest known one.
Result<std::vector<FileEntry>> parse_file(std::string_view text, const std::string& path);

/// The known option name nearest to `name`, if it is near.
std::string nearest_option(std::string_view name);

}  // namespace signal_hub::config
