// Timers: the deadlines of everything that expires, in one heap.
//
// Entries are never removed, only outlived: whoever is woken checks whether it is really due and
// arms itself again. So a deadline that moves away costs nothing, which is what idle timeouts and
// renewals do with every message.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"

namespace signal_hub::core {

enum class TimerKind : std::uint8_t { session, actor, mail, deliveries, loads, housekeeping };

struct Due {
  TimerKind kind;
  std::uint32_t slot;
  std::uint32_t generation;
};

class Timers {
 public:
  /// O(log n). Callers keep their earliest armed deadline and arm only what is earlier.
  void arm(MonoTime deadline, Due who);

  /// The next entry due at `now`, removed; nullopt when none is.
  std::optional<Due> pop(MonoTime now);

  /// May be a stale entry's: then the wake-up finds nothing to do.
  MonoTime next() const { return heap_.empty() ? never : heap_.front().deadline; }

  std::size_t size() const { return heap_.size(); }

 private:
  struct Entry {
    MonoTime deadline;
    std::uint64_t order;  // same deadline: first armed, first served
    Due who;
  };
  static bool later(const Entry& a, const Entry& b);

  std::vector<Entry> heap_;
  std::uint64_t order_ = 0;
};

}  // namespace signal_hub::core
