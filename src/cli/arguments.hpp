// Parsing a subcommand's arguments with CLI11, its exits mapped to ours.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <vector>

namespace signal_hub::cli {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;

/// Nullopt: go on. Otherwise the exit code, after help or a sentence.
inline std::optional<int> parse_arguments(CLI::App& app, std::span<const std::string> arguments,
                                          std::ostream& out, std::ostream& err) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    out << app.help();
    return exit_ok;
  } catch (const CLI::Error& error) {
    err << "signal-hub " << app.get_name() << ": " << error.what() << "\n";
    return exit_usage;
  }
  return std::nullopt;
}

}  // namespace signal_hub::cli
