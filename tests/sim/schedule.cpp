#include "schedule.hpp"

#include <algorithm>
#include <utility>

namespace signal_hub::sim {

bool Schedule::later(const Entry& a, const Entry& b) {
  return a.when != b.when ? a.when > b.when : a.order > b.order;
}

void Schedule::at(Micros when, Action action) {
  heap_.push_back({std::max(when, now_), order_++, std::move(action)});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

bool Schedule::step(Micros until) {
  if (heap_.empty() || heap_.front().when > until) {
    now_ = std::max(now_, until);
    return false;
  }
  std::pop_heap(heap_.begin(), heap_.end(), later);
  Entry next = std::move(heap_.back());
  heap_.pop_back();
  now_ = next.when;
  next.action();
  return true;
}

}  // namespace signal_hub::sim
