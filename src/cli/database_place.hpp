// Where the database is, for the commands that read or change the file; said as for serving: flag,
// environment, file, default.
#pragma once

#include <CLI/CLI.hpp>
#include <ostream>
#include <string>

#include "base/result.hpp"
#include "cli/database_tools.hpp"

namespace signal_hub::cli {

inline constexpr int exit_database = 3;

struct DatabasePlace {
  std::string db;
  std::string config;

  /// The options that say it.
  void add_to(CLI::App& app);

  /// Errors: a sentence. A database of which nothing is kept is none.
  Result<std::string> path() const;
};

// Write a sentence and give the exit code for it.
int complain(std::ostream& err, const CLI::App& app, const DatabaseFault& fault);
int usage(std::ostream& err, const CLI::App& app, const std::string& sentence);

}  // namespace signal_hub::cli
