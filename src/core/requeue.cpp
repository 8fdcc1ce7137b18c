#include "core/requeue.hpp"

#include <memory>
#include <utility>

#include "core/commits.hpp"
#include "core/duplicates.hpp"
#include "core/mailroom.hpp"
#include "core/make_room.hpp"
#include "core/shared_tail.hpp"

namespace signal_hub::core {
namespace {

Held held_of(State& state, const Actor& actor, const StoredMessage& letter) {
  Held held;
  held.position = next_position(state);
  held.letter = std::make_unique<Letter>();
  held.letter->tail = count_shared(state, letter.tail);
  held.letter->sender = letter.sender;
  held.letter->message_id = letter.message_id;
  if (!letter.topic.empty()) held.letter->subscription = state.topics.of(actor, letter.topic);
  held.bytes = static_cast<std::uint32_t>(letter.tail.size());
  held.priority = letter.priority;
  held.promised = true;
  held.reliable = letter.reliable;
  held.asked = letter.asked;
  held.publication = !letter.topic.empty();
  return held;
}

MessageRow row_of(const Held& held, const StoredMessage& letter) {
  MessageRow row{held.position, letter.target,      letter.sender, letter.message_id,
                 letter.tail,   letter.accepted_at, std::nullopt,  true};
  row.reliable = letter.reliable;
  row.asked = letter.asked;
  row.priority = letter.priority;
  row.topic = letter.topic;
  return row;
}

std::optional<Error> objection(State& state, Actor* actor, const StoredMessage& letter, Now now) {
  if (actor == nullptr) {
    return Error{ErrorCode::unknown_actor, letter.target + " is not registered.", {}, {}};
  }
  if (state.store_failing || state.store_full) {
    return Error{ErrorCode::internal_error, "The hub cannot store anything at the moment.", {}, {}};
  }
  if (!make_room(state, *actor, letter.tail.size(), now)) return queue_full(letter.target);
  return std::nullopt;
}

}  // namespace

std::optional<Error> requeue(State& state, const StoredMessage& letter, Now now) {
  const ActorId id = addressee(state, letter.target);
  Actor* actor = state.registry.find(id);
  if (auto error = objection(state, actor, letter, now)) return error;
  Held held = held_of(state, *actor, letter);
  const std::uint64_t position = held.position;
  if (held.reliable && !held.publication) {
    remember_id(state, letter.sender, letter.message_id, 0, position, now);
  }
  state.journal.append(DeadLetterGone{letter.position}, now.mono);
  const std::uint64_t seq = state.journal.append_urgent(row_of(held, letter), now.mono);
  put_mail(state, *actor, std::move(held));
  queued_when_durable(state, {}, false, seq, id, position, now);
  return std::nullopt;
}

void purge_dead_letter(State& state, std::uint64_t position, Now now) {
  state.journal.append_urgent(DeadLetterGone{position}, now.mono);
}

}  // namespace signal_hub::core
