#include "core/timers.hpp"

#include <algorithm>

namespace signal_hub::core {

bool Timers::later(const Entry& a, const Entry& b) {
  return a.deadline != b.deadline ? a.deadline > b.deadline : a.order > b.order;
}

void Timers::arm(MonoTime deadline, Due who) {
  if (deadline == never) return;
  heap_.push_back({deadline, order_++, who});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

std::optional<Due> Timers::pop(MonoTime now) {
  if (heap_.empty() || heap_.front().deadline > now) return std::nullopt;
  std::pop_heap(heap_.begin(), heap_.end(), later);
  const Due who = heap_.back().who;
  heap_.pop_back();
  return who;
}

}  // namespace signal_hub::core
