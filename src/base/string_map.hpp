// Hash maps keyed by text that are asked with a string_view, without building a string.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace signal_hub {

/// Not noexcept: libstdc++ then keeps each entry's hash instead of computing it anew for the
/// neighbours of what is looked for.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

template <class T>
using StringMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

using StringSet = std::unordered_set<std::string, TextHash, std::equal_to<>>;

}  // namespace signal_hub
