#include "cli/stories.hpp"

#include <array>
#include <cstdio>
#include <ctime>

#include "app/stories.hpp"

namespace signal_hub::cli {
namespace {

using core::StoredMessage;
using Place = core::StoredMessage::Place;

std::string opening(const StoredMessage& m) {
  std::string line = m.message_id + " from " + m.sender;
  if (m.place == Place::publication) {
    return line + " on " + m.topic + ": published to " + std::to_string(m.subscribers) +
           ", stored for " + std::to_string(m.stored);
  }
  line += " to " + m.target;
  if (!m.topic.empty()) line += " on " + m.topic;
  line.append(": ").append(app::state_of(m));
  if (m.attempts > 0) {
    line += " after " + std::to_string(m.attempts) + (m.attempts == 1 ? " attempt" : " attempts");
  }
  if (!m.reason.empty()) line += ", " + m.reason;
  return line;
}

}  // namespace

std::string story_text(const StoredMessage& m) {
  std::string text = opening(m) + "\n";
  for (const core::TrailEvent& e : app::history_of(m)) {
    text += "  " + iso_time(e.at) + "  " + e.event;
    if (!e.detail.empty()) text += ": " + e.detail;
    text += "\n";
  }
  if (m.place == Place::waiting && m.expires_at) {
    text += "  " + iso_time(*m.expires_at) + "  expires, unless it was acknowledged before\n";
  }
  return text;
}

std::string iso_time(WallTime time) {
  const std::int64_t ms = epoch_ms(time);
  const std::int64_t within = ((ms % 1000) + 1000) % 1000;
  const std::time_t seconds = (ms - within) / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 8> end{};
  std::snprintf(end.data(), end.size(), ".%03dZ", static_cast<int>(within));
  return std::string(text.data(), size) + end.data();
}

}  // namespace signal_hub::cli
