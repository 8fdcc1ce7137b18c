#include "core/mail.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "core/answers.hpp"
#include "core/commits.hpp"
#include "core/dead_letters.hpp"
#include "core/deliveries.hpp"
#include "core/mail_texts.hpp"
#include "core/mailroom.hpp"
#include "core/make_room.hpp"
#include "core/outflow.hpp"
#include "core/receipts.hpp"
#include "wire/json_view.hpp"

namespace signal_hub::core {
namespace {

void send_one(State& state, const Actor& actor, Session& session, Held held) {
  const SharedBytes tail = held.letter->tail;
  ReceiptId receipt = held.letter->receipt;
  if (held.promised) receipt = await_written(state, std::move(held), actor.address);
  enqueue_delivery(state, actor, session, *tail,
                   tail->size() < limits::shared_tail_bytes ? nullptr : tail, receipt);
}

void send_mail(State& state, ActorId id, Actor& actor, Session& session, Now now) {
  while (actor.mail_waits()) {
    Held& next = actor.mailbox->front();
    if (next.promised && !next.committed) return;  // its commit comes back here
    if (next.on_disk_only()) return ask_for_texts(state, id, *actor.mailbox, false);
    const bool late = expired(next, now);
    if (late || unwanted(state, actor, next)) {
      const DropReason reason = late ? DropReason::expired : DropReason::unsubscribed;
      let_go(state, actor, take_first_mail(state, actor), reason, now);
    } else if (window_full(session)) {
      session.mail_behind.push_back(id);
      return;
    } else {
      send_one(state, actor, session, take_first_mail(state, actor));
    }
  }
}

void expire_box(State& state, ActorId id, Actor& actor, Mailbox& box, bool reliable, Now now) {
  if (!box.any_expires()) return;
  bool any = false;
  box.for_each([&](const Held& held) { any = any || expired(held, now); });
  if (!any) return;
  ask_for_expired(state, id, box, reliable, now);
  sift(state, actor, box, [&](Held held) -> std::optional<Held> {
    const bool too_early = held.promised && !held.committed;
    if (!expired(held, now) || too_early || held.on_disk_only()) return held;
    let_go(state, actor, held, DropReason::expired, now);
    return std::nullopt;
  });
}

/// False: there was nothing to be had.
bool shrink_box(Mailbox& box) {
  bool any = false;
  box.for_each([&](Held& held) {
    if (!held.committed || held.on_disk_only()) return;
    box.leave_on_disk(held);
    any = true;
  });
  return any;
}

std::size_t bytes_here(const Actor& actor) {
  std::size_t bytes = actor.mailbox ? actor.mailbox->bytes_here() : 0;
  if (actor.reliable) bytes += actor.reliable->waiting.bytes_here();
  return bytes;
}

}  // namespace

Held held_of(State& state, const Parcel& parcel, Now now) {
  Held held;
  held.position = 0;
  held.letter = std::make_unique<Letter>();
  held.letter->tail = keep_tail(state, parcel.tail);
  held.letter->subscription = parcel.subscription;
  held.letter->receipt = parcel.receipt;
  held.letter->sender = parcel.sender;
  held.letter->message_id = parcel.message_id;
  held.bytes = static_cast<std::uint32_t>(held.letter->tail->size());
  // Against this clock from now on: a jump of the other one expires nothing.
  if (parcel.expires) held.expires = now.mono + (*parcel.expires - now.wall);
  held.priority = parcel.priority;
  held.publication = parcel.subscription.valid();
  return held;
}

Handling deliver(State& state, Actor& actor, const Parcel& parcel, Now now) {
  if (actor.online() && !actor.mail_waits()) {
    Session* session = state.sessions.find(actor.conn);
    const SharedTail& tail = parcel.tail;
    if (session != nullptr &&
        enqueue_delivery(state, actor, *session, tail.view(), tail.shared, parcel.receipt)) {
      return Handling::sent;
    }
    count_drop(state, DropReason::target_gone);
    return Handling::lost;
  }
  if (!make_room(state, actor, parcel.tail.view().size(), now)) {
    count_drop(state, DropReason::mailbox_full);
    return Handling::full;
  }
  Held held = held_of(state, parcel, now);
  held.position = next_position(state);
  put_mail(state, actor, std::move(held));
  return actor.online() ? Handling::sent : Handling::held;
}

void store_message(State& state, ActorId id, Actor& actor, const Parcel& parcel,
                   std::string_view sender, OpenRequest request, Now now) {
  if (refuse_promise(state, request, now)) return;
  if (!make_room(state, actor, parcel.tail.view().size(), now)) {
    return refuse(state, request, queue_full(actor.address), now);
  }
  Held held = held_of(state, parcel, now);
  held.position = next_position(state);
  held.promised = true;
  held.asked = true;
  Letter& letter = *held.letter;
  letter.sender = sender;
  letter.sender_conn = request.reply_to.conn;
  letter.message_id = request.message_id;
  MessageRow row{held.position, actor.address, letter.sender,  letter.message_id,
                 *letter.tail,  now.wall,      parcel.expires, true};
  row.asked = true;
  row.priority = held.priority;
  const std::uint64_t position = held.position;
  const std::uint64_t seq = state.journal.append_urgent(std::move(row), now.mono);
  put_mail(state, actor, std::move(held));
  ++state.stats.stored;
  queued_when_durable(state, std::move(request), true, seq, id, position, now);
}

void send_due_mail(State& state, Now now) {
  while (!state.mail_due.empty()) {
    const ActorId id = state.mail_due.back();
    state.mail_due.pop_back();
    Actor* actor = state.registry.find(id);
    if (actor == nullptr || !actor->online()) continue;
    Session* session = state.sessions.find(actor->conn);
    if (session == nullptr || session->closing) continue;
    send_reliable(state, id, *actor, *session, now);
    send_mail(state, id, *actor, *session, now);
  }
}

void give_up_mail(State& state, Actor& actor, Mail rest, std::string_view reason, Now now) {
  if (actor.mailbox) {
    sift(state, actor, *actor.mailbox, [&](Held held) -> std::optional<Held> {
      if (held.promised) {
        bury(state, held, actor.address, reason, now);
      } else if (rest == Mail::of_subscriptions_stays && held.publication &&
                 !unwanted(state, actor, held)) {
        return held;
      } else {
        drop(state, actor, held, DropReason::target_gone, now);
      }
      return std::nullopt;
    });
  }
  give_up_reliable(state, actor, rest, reason, now);
}

void return_mail(State& state, Held held, std::string_view target, Now now) {
  const ActorId id = addressee(state, target);
  Actor* actor = state.registry.find(id);
  if (actor == nullptr) return bury(state, held, target, name(DropReason::target_gone), now);
  put_mail(state, *actor, std::move(held));
  if (actor->online()) state.mail_due.push_back(id);
}

void end_waiting_asks(State& state, Actor& actor, Now now) {
  if (!actor.mailbox) return;
  sift(state, actor, *actor.mailbox, [&](Held held) -> std::optional<Held> {
    if (held.on_disk_only() || held.letter->receipt == 0) return held;
    drop(state, actor, held, DropReason::target_gone, now);
    return std::nullopt;
  });
}

void expire_mail(State& state, Now now) {
  state.registry.for_each([&](ActorId id, Actor& actor) {
    if (actor.mailbox) expire_box(state, id, actor, *actor.mailbox, false, now);
    if (actor.reliable) expire_box(state, id, actor, actor.reliable->waiting, true, now);
  });
}

bool shrink_mail(State& state, std::size_t bytes, Now now) {
  bool any = false;
  state.registry.for_each([&](ActorId, Actor& actor) {
    if (bytes_here(actor) < std::max<std::size_t>(bytes, 1)) return;
    while (const auto held = take_unpromised_mail(state, actor)) {
      drop(state, actor, *held, DropReason::memory_limit, now);
      any = true;
    }
    if (!state.settings.persistent) return;
    if (actor.mailbox) any = shrink_box(*actor.mailbox) || any;
    if (actor.reliable) any = shrink_box(actor.reliable->waiting) || any;
  });
  return any;
}

std::size_t largest_mailbox(State& state) {
  std::size_t most = 0;
  state.registry.for_each(
      [&most](ActorId, const Actor& actor) { most = std::max(most, bytes_here(actor)); });
  return most;
}

namespace {

/// For people who look into the database: what the text says of its origin.
MessageRow row_of(const State& state, const Held& held, const Actor& actor, Now now) {
  const Letter& letter = *held.letter;
  const std::string whole = "{" + *letter.tail;
  const wire::JsonView message(whole);
  const auto text = [](const std::optional<wire::JsonView>& value) {
    return value ? value->string().value_or("") : std::string();
  };
  const auto metadata = message.member("metadata");
  const auto id = metadata ? metadata->member("originalMessageId") : std::nullopt;
  std::optional<WallTime> expires;
  if (held.expires != never) expires = now.wall + (held.expires - now.mono);
  MessageRow row{held.position, actor.address, text(message.member("from")),
                 text(id),      *letter.tail,  now.wall,
                 expires,       false};
  row.priority = held.priority;
  if (held.publication) row.topic = state.topics.name_of(letter.subscription);
  return row;
}

}  // namespace

void journal_mail(State& state, Now now) {
  state.registry.for_each([&](ActorId, Actor& actor) {
    if (!actor.mail_waits()) return;
    actor.mailbox->for_each([&](Held& held) {
      if (held.promised) return;
      if (unwanted(state, actor, held)) return;
      state.journal.append(row_of(state, held, actor, now), now.mono);
    });
  });
}

}  // namespace signal_hub::core
