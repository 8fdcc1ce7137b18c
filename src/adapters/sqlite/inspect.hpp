// Is this file ours? Asked before anything opens it for writing, which would change it.
#pragma once

#include <string>

#include "base/result.hpp"

namespace signal_hub::adapters {

struct Inspection {
  bool exists = false;
  int schema = 0;  // migrations it has seen; 0: it is empty
};

/// Reads the whole file once. Errors: a sentence without its end that names the file, what is wrong
/// with it and what to do; the file is as it was.
Result<Inspection> inspect(const std::string& path);

}  // namespace signal_hub::adapters
