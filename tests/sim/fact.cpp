#include "fact.hpp"

#include <algorithm>

namespace signal_hub::sim {

std::size_t Fact::begin(bool value, Step lo) {
  marks_.push_back({lo, open_end, value, false});
  return marks_.size() - 1;
}

void Fact::settle(std::size_t mark, Step hi) {
  marks_[mark].certain = true;
  marks_[mark].hi = hi;
}

void Fact::bound(std::size_t mark, Step hi) {
  Mark& m = marks_[mark];
  if (!m.certain) m.hi = std::max(m.lo, std::min(m.hi, hi));
}

void Fact::close(Step hi) {
  for (Mark& m : marks_) m.hi = std::min(m.hi, hi);
}

void Fact::cancel(std::size_t mark) { marks_[mark].cancelled = true; }

void Fact::set(bool value, Step lo, Step hi, bool certain) {
  marks_.push_back({lo, hi, value, certain});
}

bool Fact::certainly(bool value, Step from, Step to) const {
  const Mark* last = nullptr;  // the latest change to `value` that is over before
  for (const Mark& m : marks_) {
    if (m.cancelled || m.value != value || !m.certain || m.hi > from) continue;
    if (last == nullptr || m.lo >= last->lo) last = &m;
  }
  if (last == nullptr && value) return false;
  const Step since = last == nullptr ? 0 : last->lo;
  return std::none_of(marks_.begin(), marks_.end(), [&](const Mark& m) {
    return !m.cancelled && m.value != value && m.hi >= since && m.lo <= to;
  });
}

bool Fact::never_became(bool value, Step from, Step to) const {
  return std::none_of(marks_.begin(), marks_.end(), [&](const Mark& m) {
    return !m.cancelled && m.value == value && m.hi >= from && m.lo <= to;
  });
}

}  // namespace signal_hub::sim
