// The trace: everything that crossed the hub's boundary, folded into one number, so that two runs
// of one seed can be compared; printed on request.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>

#include "schedule.hpp"

namespace signal_hub::sim {

class Trace {
 public:
  /// `out` may be null: then nothing is printed.
  explicit Trace(std::ostream* out) : out_(out) {}

  /// One event of `who` (a link, a run of the hub), with its bytes.
  void note(Micros at, std::string_view kind, std::uint64_t who, std::string_view bytes);

  std::uint64_t hash() const { return hash_; }

 private:
  void fold(std::string_view bytes);
  void fold(std::uint64_t value);

  std::ostream* out_;
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

}  // namespace signal_hub::sim
