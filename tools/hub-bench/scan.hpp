#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "envelopes.hpp"

namespace hub_bench {

/// Finds stamps in what one session receives. Messages of one kind have theirs at the same place,
/// so it looks there first. Nothing is parsed as JSON: the generator must not be the slower one.
class StampFinder {
 public:
  /// None if the text carries no stamp. `whole`: whether its data is as long as it was sent.
  std::optional<Stamp> find(std::string_view text, std::size_t data_size, bool& whole);

 private:
  std::size_t at_ = 0;
};

/// An answer of the hub.
struct Answer {
  std::string_view type;
  std::string_view text;  ///< the whole frame
  bool ours = false;      ///< it answers one of the load's messages, this one:
  std::uint32_t sender = 0;
  std::uint64_t number = 0;

  [[nodiscard]] bool says(std::string_view part) const { return text.find(part) != text.npos; }
};

Answer read_answer(std::string_view text);

}  // namespace hub_bench
