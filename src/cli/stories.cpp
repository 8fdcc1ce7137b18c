#include "cli/stories.hpp"

#include <array>
#include <cstdio>
#include <ctime>

#include "wire/json_writer.hpp"

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
  line.append(": ").append(state_of(m));
  if (m.attempts > 0) {
    line += " after " + std::to_string(m.attempts) + (m.attempts == 1 ? " attempt" : " attempts");
  }
  if (!m.reason.empty()) line += ", " + m.reason;
  return line;
}

}  // namespace

std::string_view state_of(const StoredMessage& m) {
  switch (m.place) {
    case Place::waiting: return m.attempts > 0 ? "retrying" : "queued";
    case Place::dead: return "dead_lettered";
    case Place::publication: return "published";
    case Place::finished: break;
  }
  return m.outcome;
}

core::Trail history_of(const StoredMessage& m) {
  core::Trail events{{m.accepted_at, "received", {}}};
  if (m.stored_at) events.push_back({*m.stored_at, "stored", {}});
  const core::Trail failures = core::decode_trail(m.trail);
  events.insert(events.end(), failures.begin(), failures.end());
  const bool arrived = m.place == Place::finished && m.outcome != "dead_lettered";
  if (arrived && m.attempted_at) {
    events.push_back({*m.attempted_at, "attempt", std::to_string(m.attempts)});
  }
  if (m.finished_at && m.place != Place::publication) {
    events.push_back({*m.finished_at, std::string(state_of(m)), m.reason});
  }
  return events;
}

std::string story_text(const StoredMessage& m) {
  std::string text = opening(m) + "\n";
  for (const core::TrailEvent& e : history_of(m)) {
    text += "  " + iso_time(e.at) + "  " + e.event;
    if (!e.detail.empty()) text += ": " + e.detail;
    text += "\n";
  }
  if (m.place == Place::waiting && m.expires_at) {
    text += "  " + iso_time(*m.expires_at) + "  expires, unless it was acknowledged before\n";
  }
  return text;
}

std::string history_json(const StoredMessage& m) {
  std::string json;
  wire::JsonWriter out(json);
  out.begin_array();
  for (const core::TrailEvent& e : history_of(m)) {
    out.begin_object().field("at", e.at).field("event", e.event).key("detail");
    e.detail.empty() ? out.null() : out.value(e.detail);
    out.end_object();
  }
  out.end_array();
  return json;
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
