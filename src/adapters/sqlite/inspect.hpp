// Is this file ours? Asked before anything opens it for writing, which would change it.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "base/result.hpp"

namespace signal_hub::adapters {

struct Inspection {
  bool exists = false;
  int schema = 0;       // migrations it has seen; 0: it is empty
  bool checked = true;  // it was searched for damage
};

/// Searches the whole file for damage if it has at most `checked_bytes`, or lacks migrations, which
/// would change it. Errors: a sentence without its end that names the file, what is wrong
/// with it and what to do; the file is as it was.
Result<Inspection> inspect(const std::string& path,
                           std::uint64_t checked_bytes = std::numeric_limits<std::uint64_t>::max());

}  // namespace signal_hub::adapters
