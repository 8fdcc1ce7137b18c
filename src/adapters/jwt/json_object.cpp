#include "adapters/jwt/json_object.hpp"

#include <set>
#include <string>
#include <vector>

namespace signal_hub::adapters {
namespace {

constexpr int depth_max = 16;

}  // namespace

std::optional<nlohmann::json> parse_object(std::string_view text) {
  bool refused = false;
  std::vector<std::set<std::string>> names;
  using Json = nlohmann::json;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth > depth_max) refused = true;
    if (event == Json::parse_event_t::object_start) names.emplace_back();
    if (event == Json::parse_event_t::object_end && !names.empty()) names.pop_back();
    if (event == Json::parse_event_t::key && !names.empty()) {
      refused = refused || !names.back().insert(value.get<std::string>()).second;
    }
    return !refused;
  };
  Json parsed = Json::parse(text, watch, false);
  if (refused || !parsed.is_object()) return std::nullopt;
  return parsed;
}

}  // namespace signal_hub::adapters
