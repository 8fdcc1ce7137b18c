// How long, and how much, a store remembers of messages that have ended. 0: for ever, all of them.
#pragma once

#include <cstddef>

#include "base/settings.hpp"
#include "base/time.hpp"

namespace signal_hub::app {

struct Retention {
  Millis receipt_ttl{600'000};
  Millis dedupe_window{3'600'000};
  std::size_t dedupe_limit = 1'000'000;  // finished messages
  std::size_t dead_letter_limit = 100'000;
  Millis dead_letter_ttl{2'592'000'000};
};

inline Retention retention_of(const Settings& s) {
  return {s.hub.receipt_ttl, s.hub.dedupe_window, s.hub.dedupe_limit, s.server.dead_letter_limit,
          s.server.dead_letter_ttl};
}

}  // namespace signal_hub::app
