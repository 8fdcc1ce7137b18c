#include "core/status.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "core/answers.hpp"
#include "core/loads.hpp"
#include "core/mailroom.hpp"
#include "core/receipts.hpp"

namespace signal_hub::core {
namespace {

using Place = StoredMessage::Place;

/// The attempt that is going on; null: none.
const Attempt* attempt_of(const State& state, const StoredMessage& row) {
  const Actor* actor = state.registry.find(addressee(state, row.target));
  if (actor == nullptr || !actor->reliable) return nullptr;
  const auto at = actor->reliable->out.find(row.position);
  return at == actor->reliable->out.end() ? nullptr : &at->second;
}

std::string_view state_of(const StoredMessage& row, const Attempt* attempt) {
  switch (row.place) {
    case Place::publication: return "published";
    case Place::dead: return "dead_lettered";
    case Place::finished: return row.outcome;
    case Place::waiting: break;
  }
  if (attempt == nullptr) return row.attempts > 0 ? "retrying" : "queued";
  return attempt->stage == Attempt::Stage::pausing ? "retrying" : "delivering";
}

Trail history_of(const StoredMessage& row, const Attempt* attempt) {
  Trail trail{{row.accepted_at, "received", {}}};
  if (row.stored_at) trail.push_back({*row.stored_at, "stored", {}});
  const Trail failures = attempt ? attempt->held.letter->trail : decode_trail(row.trail);
  trail.insert(trail.end(), failures.begin(), failures.end());
  const bool going_on = attempt != nullptr && attempt->stage != Attempt::Stage::pausing;
  if (going_on) {
    trail.push_back({attempt->at, "attempt", std::to_string(attempt->held.attempts)});
  } else if (row.place == Place::finished && row.attempted_at && row.outcome != "dead_lettered") {
    trail.push_back({*row.attempted_at, "attempt", std::to_string(row.attempts)});
  }
  if (row.finished_at) {
    trail.push_back({*row.finished_at, std::string(state_of(row, nullptr)), row.reason});
  }
  const std::size_t most = limits::history_events;
  if (trail.size() > most) trail.erase(trail.begin(), trail.end() - static_cast<long>(most));
  return trail;
}

void respond(State& state, const StatusLoad& load, const StoredMessage& row, Now now) {
  const Attempt* attempt = row.place == Place::waiting ? attempt_of(state, row) : nullptr;
  const Trail trail = history_of(row, attempt);
  std::vector<wire::StatusResponse::Event> history;
  for (const TrailEvent& e : trail) history.push_back({e.at, e.event, e.detail});
  wire::StatusResponse a;
  a.message_id = load.message_id;
  a.state = state_of(row, attempt);
  a.attempts = attempt != nullptr ? attempt->held.attempts : row.attempts;
  if (attempt != nullptr && attempt->stage == Attempt::Stage::pausing) {
    a.next_attempt_at = now.wall + (attempt->due - now.mono);
  }
  a.reason = row.reason;
  a.history = history;
  answer(state, load.request, a, now);
}

Error too_many_searches() {
  return {ErrorCode::rate_limited,
          "Too many ids are looked for in everything that is stored.",
          "Ask again later; ids that are remembered (--dedupe-window) are found at once.",
          {}};
}

}  // namespace

void ask_status(State& state, OpenRequest request, std::string_view sender,
                std::string_view message_id, Now now) {
  StatusLoad load{std::move(request), std::string(message_id)};
  if (!sender.empty()) {
    if (const auto at = state.remembered.find(RememberedIds::hash(sender, message_id))) {
      owe_answer(state, load.request.reply_to.conn);
      return ask_store(state, LoadRequest::Range{at->position, at->position}, std::move(load));
    }
  }
  if (state.status_searches >= limits::status_searches) {
    return refuse(state, load.request, too_many_searches(), now);
  }
  LoadRequest::Search search{load.message_id, std::nullopt, limits::stories_found};
  if (!sender.empty()) search.sender = sender;
  load.searched = true;
  ++state.status_searches;
  owe_answer(state, load.request.reply_to.conn);
  ask_store(state, std::move(search), std::move(load));
}

void status_loaded(State& state, const StatusLoad& load, const Loaded& loaded, Now now) {
  state.status_searches -= load.searched ? 1 : 0;
  if (loaded.failed) {
    refuse(state, load.request,
           Error{ErrorCode::internal_error, "The store could not be read.", {}, {}}, now);
  } else if (loaded.rows.empty()) {
    wire::StatusResponse unknown;
    unknown.message_id = load.message_id;
    unknown.state = "unknown";
    answer(state, load.request, unknown, now);
  } else {
    respond(state, load, loaded.rows.back(), now);
  }
  paid_answer(state, load.request.reply_to.conn);
}

}  // namespace signal_hub::core
