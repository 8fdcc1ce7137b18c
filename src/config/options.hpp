// The option table: one row per setting, the single truth for flags, environment, file, help and
// man page.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/settings.hpp"

namespace signal_hub::config {

/// Where a setting lives. The alternative says what values it takes.
using Field = std::variant<bool*, std::string*, std::vector<std::string>*, std::size_t*,
                           std::uint32_t*, Millis*, double*>;

enum class Unit : std::uint8_t { none, bytes, milliseconds };

struct Option {
  std::string_view name;     // without `--`; the key in the file
  std::string_view section;  // heading in help and man page
  std::string_view metavar;  // empty for switches
  std::string_view help;     // one sentence
  Unit unit;
  std::uint64_t least;  // of numbers and durations; 0 means unlimited where it is allowed
  std::uint64_t most;
  std::string_view choices;  // of texts: `a|b|c`; empty: any
  bool reloadable;           // SIGHUP applies it
  Field (*bind)(Settings&);
};

/// All settings, grouped by section. `--config`, `--help` and `--version` are no settings.
std::span<const Option> option_table();

/// Null if there is none of this name.
const Option* find_option(std::string_view name);

/// `SIGNAL_HUB_RATE_LIMIT` for `rate-limit`.
std::string environment_name(const Option& option);

/// The default as an operator would write it.
std::string default_text(const Option& option);

}  // namespace signal_hub::config
