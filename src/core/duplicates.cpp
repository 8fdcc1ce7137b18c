#include "core/duplicates.hpp"

#include <utility>

#include "core/answers.hpp"
#include "core/commits.hpp"
#include "core/loads.hpp"
#include "core/position.hpp"

namespace signal_hub::core {
namespace {

void repeat(State& state, const OpenRequest& request, const StoredMessage& row, Now now) {
  if (row.place == StoredMessage::Place::publication) {
    return answer(state, request, wire::Published{row.target, row.subscribers, row.stored, true},
                  now);
  }
  const WallTime then = row.stored_at.value_or(row.accepted_at);
  answer(state, request, wire::DeliveryAck{request.message_id, then, "queued", true}, now);
}

}  // namespace

bool may_be_duplicate(Context& c, std::string_view target, bool answered, std::string_view frame) {
  State& state = c.state;
  const auto found = state.remembered.find(RememberedIds::hash(c.from, c.envelope.id));
  if (!found) return false;
  c.request.id_on_disk = true;
  DuplicateLoad load{std::move(c.request), found->digest,     answered, c.from,
                     std::string(target),  std::string(frame)};
  const bool of_this_run = run_of(found->position) == run_of(state.last_position);
  if (of_this_run) {  // it may be on its way to the disk still
    ask_when_durable(state, std::move(load), found->position, c.now);
  } else {
    ask_store(state, LoadRequest::Range{found->position, found->position}, std::move(load));
  }
  return true;
}

void duplicate_loaded(State& state, DuplicateLoad load, const Loaded& loaded, Now now) {
  if (loaded.failed) {
    return refuse(state, load.request,
                  Error{ErrorCode::internal_error, "The store could not be read.", {}, {}}, now);
  }
  const StoredMessage* row = loaded.rows.empty() ? nullptr : &loaded.rows.front();
  const bool same =
      row != nullptr && row->sender == load.sender && row->message_id == load.request.message_id;
  if (!same) {
    state.not_duplicates.push_back(std::move(load));
  } else if (row->target != load.target ||
             (load.digest != 0 && load.digest != load.request.digest)) {
    refuse(state, load.request,
           invalid_field("id", "The id was used for another message within --dedupe-window.",
                         "Give every message an id of its own; a retry repeats target and "
                         "payload."),
           now);
  } else {
    ++state.stats.duplicates_answered;
    if (load.answered) repeat(state, load.request, *row, now);
  }
}

void remember_id(State& state, std::string_view sender, std::string_view message_id,
                 std::uint32_t digest, std::uint64_t position, Now now) {
  const Millis window = state.settings.dedupe_window;
  const MonoTime until = window == 0ms ? never : now.mono + window;
  state.remembered.add(RememberedIds::hash(sender, message_id), digest, position, until,
                       state.settings.dedupe_limit);
}

void remember_id(Context& c, OpenRequest& request, std::uint64_t position) {
  request.id_on_disk = true;
  remember_id(c.state, c.from, c.envelope.id, request.digest, position, c.now);
}

}  // namespace signal_hub::core
