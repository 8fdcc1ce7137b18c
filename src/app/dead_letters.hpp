// Dead letters as an operator handles them (PROTOCOL.md §7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::app {

/// Those that meet everything that is set.
struct DeadLetterChoice {
  std::vector<std::uint64_t> positions;  // one of these; empty: any
  std::string target;                    // a glob over the address; empty: any
  std::string reason;                    // exactly; empty: any
  std::optional<WallTime> dead_until;
  std::optional<WallTime> dead_after;
  std::size_t most = 0;  // the oldest of them; 0: all
};

struct DeadLetter {
  core::StoredMessage message;
  std::optional<std::string> type;  // nullopt: it cannot be read
  std::uint64_t bytes = 0;          // of the text
};

/// What became of those that were to wait again.
struct Requeued {
  struct Left {
    std::uint64_t position;
    std::string target;  // who is not registered
  };
  std::uint64_t done = 0;
  std::vector<Left> left;  // they are dead letters still
};

}  // namespace signal_hub::app
