#include "app/event_ring.hpp"

namespace signal_hub::app {

bool EventRing::enabled(Level level) const {
  return level >= Level::info || behind_.enabled(level);
}

void EventRing::write(WallTime at, Level level, std::string_view event,
                      std::span<const LogField> fields) {
  if (entries_.size() == most_) entries_.pop_front();
  entries_.push_back({++last_, at, level, std::string(event), {fields.begin(), fields.end()}});
  if (behind_.enabled(level)) behind_.write(at, level, event, fields);
}

}  // namespace signal_hub::app
