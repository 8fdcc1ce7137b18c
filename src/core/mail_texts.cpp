#include "core/mail_texts.hpp"

#include <memory>
#include <utility>

#include "base/limits.hpp"
#include "core/loads.hpp"
#include "core/mailroom.hpp"
#include "core/shared_tail.hpp"

namespace signal_hub::core {
namespace {

/// Asks for the first that f says yes to; for no more at once than a session takes.
template <class F>
void ask_for(State& state, ActorId id, Mailbox& box, bool reliable, F&& wanted) {
  if (box.loading) return;
  LoadRequest::Texts texts;
  std::size_t bytes = 0;
  box.for_each([&](const Held& held) {
    if (texts.positions.size() == limits::mail_loaded_at_once) return;
    if (bytes >= limits::mail_window_bytes || !held.on_disk_only() || !wanted(held)) return;
    texts.positions.push_back(held.position);
    bytes += held.bytes;
  });
  if (texts.positions.empty()) return;
  box.loading = true;
  ask_store(state, std::move(texts), TextsLoad{id, reliable});
}

std::unique_ptr<Letter> letter_of(State& state, const Actor& actor, StoredMessage row) {
  auto letter = std::make_unique<Letter>();
  letter->tail = count_shared(state, std::move(row.tail));
  if (!row.topic.empty()) {
    const SubscriptionId own = state.topics.of(actor, row.topic);
    const Subscription* subscription = state.topics.find(own);
    const bool anew = subscription != nullptr && subscription->since >= row.position;
    if (!anew) letter->subscription = own;
  }
  letter->sender = std::move(row.sender);
  letter->message_id = std::move(row.message_id);
  letter->trail = decode_trail(row.trail);
  return letter;
}

Mailbox* box_of(Actor* actor, bool reliable) {
  if (actor == nullptr) return nullptr;
  if (!reliable) return actor->mailbox.get();
  return actor->reliable ? &actor->reliable->waiting : nullptr;
}

}  // namespace

void ask_for_texts(State& state, ActorId id, Mailbox& box, bool reliable) {
  ask_for(state, id, box, reliable, [](const Held&) { return true; });
}

void ask_for_expired(State& state, ActorId id, Mailbox& box, bool reliable, Now now) {
  ask_for(state, id, box, reliable, [now](const Held& held) { return expired(held, now); });
}

void texts_loaded(State& state, const LoadRequest::Texts& asked, const TextsLoad& load,
                  Loaded loaded, Now now) {
  Actor* actor = state.registry.find(load.actor);
  Mailbox* box = box_of(actor, load.reliable);
  if (box == nullptr) return;
  box->loading = false;
  if (loaded.failed) {
    return state.timers.arm(now.mono + limits::mail_load_retry,
                            {TimerKind::mail, load.actor.slot, load.actor.generation});
  }
  for (StoredMessage& row : loaded.rows) {
    Held* held = box->at_position(row.position);
    if (held != nullptr && held->on_disk_only()) {
      box->bring(*held, letter_of(state, *actor, std::move(row)));
    }
  }
  // What the store does not have any more was taken out by hand.
  for (const std::uint64_t position : asked.positions) {
    const Held* held = find_mail(*actor, position);
    if (held != nullptr && held->on_disk_only()) take_mail(state, *actor, position);
  }
  state.mail_due.push_back(load.actor);
}

}  // namespace signal_hub::core
