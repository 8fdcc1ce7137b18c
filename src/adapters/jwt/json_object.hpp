// Small JSON objects of tokens, strict: duplicate names are refused, so that nobody can read one
// value and check another.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace signal_hub::adapters {

std::optional<nlohmann::json> parse_object(std::string_view text);

}  // namespace signal_hub::adapters
