// Settings from flags, environment and file, in this order of precedence; then the defaults.
//
// Pure: the environment and the file are read through functions.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/settings.hpp"

namespace signal_hub::config {

struct Sources {
  std::span<const std::string> arguments;  // without the program's name
  std::function<std::optional<std::string>(const std::string& name)> environment;
  /// Errors: why it cannot be read.
  std::function<Result<std::string>(const std::string& path)> read_file;
};

/// What the command line asks for.
struct Loaded {
  enum class Wish : std::uint8_t { serve, help, version };
  Wish wish = Wish::serve;
  Settings settings;
  std::string config_path;  // empty: none
};

/// Errors: one sentence that names the option, where it was given, and what is allowed.
Result<Loaded> load(const Sources& sources);

/// The file alone, over the defaults: what `signal-hub check` judges.
Result<Settings> check_file(std::string_view text, const std::string& path);

}  // namespace signal_hub::config
