#pragma once

#include <sys/types.h>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "time.hpp"

namespace hub_bench {

/// The defaults are those of the table; parse() sets them.
struct Options {
  std::string scenario;
  std::string url;
  std::string peer;
  std::uint64_t connections = 0;
  std::uint64_t senders = 0;
  std::uint64_t slow = 0;
  std::uint64_t size = 0;
  std::uint64_t window = 0;
  std::uint64_t rate = 0;
  std::uint64_t messages = 0;
  std::uint64_t sources = 0;
  Nanos duration = 0;
  Nanos warm_up = 0;
  Nanos timeout = 0;
  pid_t pid = 0;
  bool json = false;
  bool quiet = false;
  bool help = false;
};

/// One flag; the help, the man page and the parser follow this table.
struct Flag {
  std::string_view name;
  std::string_view metavar;  ///< empty: takes no value
  std::string_view fallback;
  std::string_view help;
  /// False if the value is none.
  bool (*set)(Options&, std::string_view value);
};

/// One scenario, as the help and the man page tell it.
struct ScenarioText {
  std::string_view name;
  std::string_view help;
};

std::span<const Flag> flag_table();
std::span<const ScenarioText> scenario_table();

/// False, with `fault` in words, for what is no command line.
bool parse(std::span<const std::string_view> arguments, Options& options, std::string& fault);

std::string render_help();
/// The table's part of the man page, or the scenarios' part.
std::string render_mdoc(std::string_view section);

}  // namespace hub_bench
