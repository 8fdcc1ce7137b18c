#include "app/stories.hpp"

#include "wire/json_writer.hpp"

namespace signal_hub::app {

using core::StoredMessage;
using Place = core::StoredMessage::Place;

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

ArchivedMessage archived(const StoredMessage& row) {
  ArchivedMessage m;
  m.position = row.position;
  m.target = row.target;
  m.sender = row.sender;
  m.message_id = row.message_id;
  m.state = state_of(row);
  if (!row.reason.empty()) m.reason = row.reason;
  if (!row.last_error.empty()) m.last_error = row.last_error;
  m.attempts = row.attempts;
  m.accepted_at = row.accepted_at;
  m.ended_at = row.finished_at;
  m.expires_at = row.expires_at;
  m.history = history_json(row);
  return m;
}

}  // namespace signal_hub::app
