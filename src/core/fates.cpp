#include "core/fates.hpp"

#include <algorithm>

namespace signal_hub::core {

void Fates::record(std::string_view message_id, std::string_view sender, std::string_view target,
                   WallTime at, std::string_view event, std::string_view detail) {
  if (most_ == 0) return;
  if (ring_.size() < most_) ring_.emplace_back();
  Record& record = ring_[next_];
  next_ = (next_ + 1) % most_;
  const std::array texts{message_id, sender, target, event, detail};
  std::uint32_t end = 0;
  for (std::size_t n = 0; n < texts.size(); ++n) {
    record.ends[n] = end += static_cast<std::uint32_t>(texts[n].size());
  }
  record.texts.clear();
  char* to = record.texts.grow(end);
  for (const std::string_view text : texts) to = std::copy_n(text.data(), text.size(), to);
  record.at = at;
}

std::vector<Fate> Fates::of(std::string_view message_id, std::string_view sender) const {
  std::vector<Fate> found;
  for (std::size_t i = 0; i < ring_.size(); ++i) {
    const Record& record = ring_[ring_.size() < most_ ? i : (next_ + i) % most_];
    if (record.text(0) != message_id) continue;
    if (!sender.empty() && record.text(1) != sender) continue;
    found.push_back({std::string(record.text(0)), std::string(record.text(1)),
                     std::string(record.text(2)), record.at, std::string(record.text(3)),
                     std::string(record.text(4))});
  }
  return found;
}

}  // namespace signal_hub::core
