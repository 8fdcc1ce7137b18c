#include "sequence.hpp"

namespace hub_bench {

Sequence::Verdict Sequence::take(std::uint64_t number, std::uint64_t sent) {
  if (number >= sent) return Verdict::foreign;
  if (number == next_) {
    ++next_;
    return Verdict::next;
  }
  if (number < next_) return holes_.erase(number) == 1 ? Verdict::late : Verdict::doubled;
  while (next_ < number) holes_.insert(holes_.end(), next_++);
  ++next_;
  return Verdict::ahead;
}

}  // namespace hub_bench
