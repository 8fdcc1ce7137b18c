// The keys tokens are verified with, each pinned to exactly one algorithm (PROTOCOL.md §9).
#pragma once

#include <jwt.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/settings.hpp"

namespace signal_hub::adapters {

struct Key {
  jwt_alg_t algorithm;
  std::string algorithm_name;  // as it must stand in the header
  std::string kid;             // empty: matches any
  std::string material;        // the secret, or PEM text
};

/// Errors: a sentence naming the file. A secret's trailing line end is not part of it.
Result<std::vector<Key>> load_keys(const ServerSettings& settings);

}  // namespace signal_hub::adapters
