#include "tally.hpp"

#include <array>

namespace hub_bench {

std::string_view name_of(Tally::Fault kind) {
  static constexpr std::array<std::string_view, Tally::fault_kinds> names{
      "missing", "doubled", "reordered", "damaged", "foreign", "refused", "ended"};
  return names[static_cast<std::size_t>(kind)];
}

void Tally::fault(Fault kind, std::string_view text, std::uint64_t times) {
  if (times == 0) return;
  faults_[static_cast<std::size_t>(kind)] += times;
  if (first_fault_.empty()) first_fault_ = std::string(name_of(kind)) + ": " + std::string(text);
}

bool Tally::judge(Sequence::Verdict verdict, std::string_view where, std::uint64_t number) {
  using enum Sequence::Verdict;
  if (verdict == next || verdict == ahead) return true;
  const std::string what = std::string(where) + ", message " + std::to_string(number);
  if (verdict == late) {
    fault(Fault::reordered, what);
    return true;
  }
  fault(verdict == doubled ? Fault::doubled : Fault::foreign, what);
  return false;
}

}  // namespace hub_bench
