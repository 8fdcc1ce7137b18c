#include "core/fates.hpp"

namespace signal_hub::core {

void Fates::record(std::string_view message_id, std::string_view sender, std::string_view target,
                   WallTime at, std::string_view event, std::string_view detail) {
  if (most_ == 0) return;
  if (ring_.size() < most_) ring_.emplace_back();
  Fate& fate = ring_[next_];
  next_ = (next_ + 1) % most_;
  fate.message_id = message_id;
  fate.sender = sender;
  fate.target = target;
  fate.at = at;
  fate.event = event;
  fate.detail = detail;
}

std::vector<Fate> Fates::of(std::string_view message_id, std::string_view sender) const {
  std::vector<Fate> found;
  for (std::size_t i = 0; i < ring_.size(); ++i) {
    const Fate& fate = ring_[ring_.size() < most_ ? i : (next_ + i) % most_];
    if (fate.message_id != message_id) continue;
    if (sender.empty() || fate.sender == sender) found.push_back(fate);
  }
  return found;
}

}  // namespace signal_hub::core
