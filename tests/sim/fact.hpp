// A fact that changes at moments known only roughly: each change took effect somewhere between
// two steps, if it took effect at all. Answers what was certainly so, and what may have been.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace signal_hub::sim {

/// Counts what crosses the hub's boundary, both ways.
using Step = std::uint64_t;
inline constexpr Step open_end = UINT64_MAX;

/// Begins as certainly false.
class Fact {
 public:
  /// A change asked for at `lo`, of which no more is known yet. The result names it.
  std::size_t begin(bool value, Step lo);
  /// It took effect by `hi`.
  void settle(std::size_t mark, Step hi);
  /// If it takes effect at all, then by `hi`.
  void bound(std::size_t mark, Step hi);
  /// It never takes effect.
  void cancel(std::size_t mark);

  /// Whatever was asked for and is not done yet is done by `hi`, or never.
  void close(Step hi);

  /// A change whose bounds are known; `certain`: it did take effect.
  void set(bool value, Step lo, Step hi, bool certain);

  /// It was `value` all the time from `from` to `to`.
  bool certainly(bool value, Step from, Step to) const;
  /// Nothing made it `value` from `from` to `to`.
  bool never_became(bool value, Step from, Step to) const;
  /// It may have been `value` at some moment from `from` to `to`.
  bool perhaps(bool value, Step from, Step to) const { return !certainly(!value, from, to); }

 private:
  struct Mark {
    Step lo;
    Step hi;
    bool value;
    bool certain;
    bool cancelled = false;
  };
  std::vector<Mark> marks_;
};

}  // namespace signal_hub::sim
