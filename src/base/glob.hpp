// Globs as the protocol knows them: `*` stands for any run of characters, everything else for
// itself (PROTOCOL.md §4 discover, §8 topics, §9 rules).
#pragma once

#include <string_view>

namespace signal_hub {

inline bool is_glob(std::string_view text) { return text.find('*') != std::string_view::npos; }

/// O(pattern × text) at worst, no recursion, no allocation.
bool glob_match(std::string_view pattern, std::string_view text);

}  // namespace signal_hub
