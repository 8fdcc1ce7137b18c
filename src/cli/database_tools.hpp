// What the commands on the database file need of whoever knows it; the composition root fills it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace signal_hub::cli {

/// Why it was not done: a sentence without its end.
struct DatabaseFault {
  std::string sentence;
  bool database = true;  // it is the database that cannot be used, nothing else
};

struct DatabaseTools {
  /// Names of the migrations that a database lacks, oldest first; changes nothing. All of them if
  /// there is no such file.
  std::function<Result<std::vector<std::string>, DatabaseFault>(const std::string& path)> pending;

  /// Runs them, and makes the file if there is none. Their names.
  std::function<Result<std::vector<std::string>, DatabaseFault>(const std::string& path)> migrate;

  /// Copies the database, also while a hub uses it, into a file that must not exist. Its bytes.
  std::function<Result<std::uint64_t, DatabaseFault>(const std::string& path,
                                                     const std::string& file)>
      backup;
};

}  // namespace signal_hub::cli
