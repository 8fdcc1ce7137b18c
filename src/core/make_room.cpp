#include "core/make_room.hpp"

#include <string>

#include "base/limits.hpp"
#include "core/dead_letters.hpp"
#include "core/mailroom.hpp"
#include "core/outflow.hpp"
#include "core/receipts.hpp"

namespace signal_hub::core {
namespace {

bool fits(const State& state, const Actor& actor, std::size_t bytes) {
  const std::size_t limit = state.settings.queue_limit;
  std::size_t messages = 0;
  if (actor.mailbox) {
    messages += actor.mailbox->size();
    bytes += actor.mailbox->bytes();
  }
  if (actor.reliable) {
    messages += actor.reliable->size();
    bytes += actor.reliable->bytes();
  }
  return (limit == 0 || messages < limit) && (messages == 0 || bytes <= limits::mailbox_bytes);
}

void refuse_asker(State& state, ReceiptId receipt, std::string_view target, DropReason reason,
                  Now now) {
  if (reason == DropReason::mailbox_full || reason == DropReason::memory_limit) {
    return receipt_refused(state, receipt, queue_full(target), now);
  }
  if (reason == DropReason::expired) {
    const Error late{ErrorCode::message_expired, "The message expired while it waited.", {}, {}};
    return receipt_refused(state, receipt, late, now);
  }
  receipts_lost(state, {receipt}, now);
}

}  // namespace

bool make_room(State& state, Actor& actor, std::size_t bytes, Now now) {
  while (!fits(state, actor, bytes)) {
    if (const auto oldest = take_unpromised_mail(state, actor)) {
      drop(state, actor, *oldest, DropReason::mailbox_full, now);
      continue;
    }
    if (!actor.drop_oldest) return false;
    const auto oldest = take_oldest_promised(state, actor);
    if (!oldest) return false;
    let_go(state, actor, *oldest, DropReason::overflow, now);
  }
  return true;
}

Error queue_full(std::string_view target) {
  return {ErrorCode::queue_full,
          "The queue of " + std::string(target) + " is full of messages that were promised.",
          {},
          {}};
}

void drop(State& state, const Actor& actor, const Held& held, DropReason reason, Now now) {
  count_drop(state, reason);
  if (held.letter && !held.letter->message_id.empty()) {
    state.fates.record(held.letter->message_id, held.letter->sender, actor.address, now.wall,
                       "dropped", name(reason));
  }
  const ReceiptId receipt = held.letter ? held.letter->receipt : 0;
  if (receipt != 0) refuse_asker(state, receipt, actor.address, reason, now);
}

void let_go(State& state, const Actor& actor, const Held& held, DropReason reason, Now now) {
  if (!held.promised) return drop(state, actor, held, reason, now);
  count_drop(state, reason);
  bury(state, held, actor.address, name(reason), now);
}

}  // namespace signal_hub::core
