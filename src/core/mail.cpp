#include "core/mail.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "core/answers.hpp"
#include "core/commits.hpp"
#include "core/dead_letters.hpp"
#include "core/mailroom.hpp"
#include "core/outflow.hpp"
#include "core/receipts.hpp"
#include "wire/json_view.hpp"

namespace signal_hub::core {
namespace {

bool fits(const State& state, const Actor& actor, std::size_t bytes) {
  if (!actor.mailbox) return true;
  const std::size_t limit = state.settings.queue_limit;
  if (limit != 0 && actor.mailbox->size() >= limit) return false;
  return actor.mailbox->bytes() + bytes <= limits::mailbox_bytes;
}

/// Tells who asks for a receipt why there will be none.
void refuse_asker(State& state, ReceiptId receipt, std::string_view target, DropReason reason,
                  Now now) {
  if (reason == DropReason::mailbox_full || reason == DropReason::memory_limit) {
    return receipt_refused(state, receipt, mailbox_full(target), now);
  }
  if (reason == DropReason::expired) {
    const Error late{ErrorCode::message_expired, "The message expired while it waited.", {}, {}};
    return receipt_refused(state, receipt, late, now);
  }
  receipts_lost(state, {receipt}, now);
}

void drop(State& state, const Actor& actor, const Held& held, DropReason reason, Now now) {
  count_drop(state, reason);
  if (held.receipt != 0) refuse_asker(state, held.receipt, actor.address, reason, now);
}

/// The oldest that nobody was promised make room. False: there is none left to go.
bool make_room(State& state, Actor& actor, std::size_t bytes, Now now) {
  while (!fits(state, actor, bytes)) {
    const auto oldest = take_unpromised_mail(state, actor);
    if (!oldest) return false;
    drop(state, actor, *oldest, DropReason::mailbox_full, now);
  }
  return true;
}

Held held_of(State& state, const Parcel& parcel) {
  Held held{};
  held.position = next_position(state);
  held.tail = keep_tail(state, parcel.tail);
  held.bytes = held.tail->size();
  held.expires = parcel.expires;
  held.subscription = parcel.subscription;
  held.receipt = parcel.receipt;
  return held;
}

bool window_full(const Session& session) {
  return session.outbox.frames() >= limits::mail_window_frames ||
         session.outbox.bytes() >= limits::mail_window_bytes;
}

bool expired(const Held& held, Now now) { return held.expires && *held.expires < now.wall; }

/// Its subscription ended while it waited.
bool unwanted(const State& state, const Held& held) {
  return held.subscription.valid() && state.topics.find(held.subscription) == nullptr;
}

void let_go(State& state, const Actor& actor, Held held, DropReason reason, Now now) {
  if (held.promised) return bury(state, held, actor.address, name(reason), now);
  drop(state, actor, held, reason, now);
}

/// Asks the store for the first texts that are on disk only.
void ask_for_texts(State& state, ActorId id, Actor& actor) {
  if (std::exchange(actor.mailbox->loading, true)) return;
  LoadRequest request{++state.last_load, {}};
  actor.mailbox->for_each([&request](const Held& held) {
    if (request.positions.size() == limits::mail_loaded_at_once || held.tail) return;
    request.positions.push_back(held.position);
  });
  state.loads.emplace(request.id, MailLoad{id, request.positions});
  state.load_requests.push_back(std::move(request));
}

void send_one(State& state, const Actor& actor, Session& session, Held held) {
  const SharedBytes tail = held.tail;
  ReceiptId receipt = held.receipt;
  if (held.promised) receipt = await_written(state, std::move(held), actor.address);
  enqueue_delivery(state, actor, session, *tail,
                   tail->size() < limits::shared_tail_bytes ? nullptr : tail, receipt);
}

void send_mail(State& state, ActorId id, Actor& actor, Session& session, Now now) {
  while (actor.mail_waits()) {
    const Held& next = actor.mailbox->front();
    if (next.promised && !next.committed) return;  // its commit comes back here
    if (expired(next, now) || unwanted(state, next)) {
      const DropReason reason = expired(next, now) ? DropReason::expired : DropReason::unsubscribed;
      let_go(state, actor, take_first_mail(state, actor), reason, now);
    } else if (!next.tail) {
      return ask_for_texts(state, id, actor);
    } else if (window_full(session)) {
      session.mail_behind.push_back(id);
      return;
    } else {
      send_one(state, actor, session, take_first_mail(state, actor));
    }
  }
}

/// Everything in the mailbox, oldest first; f returns what stays.
template <class F>
void sift(State& state, Actor& actor, F&& f) {
  if (!actor.mail_waits()) return;
  const auto box = std::move(actor.mailbox);
  const bool loading = box->loading;
  state.mail_messages -= box->size();
  while (!box->empty()) {
    if (auto kept = f(box->take_front())) put_mail(state, actor, std::move(*kept));
  }
  if (actor.mailbox) actor.mailbox->loading = loading;
}

}  // namespace

Error mailbox_full(std::string_view target) {
  return {ErrorCode::queue_full,
          "The mailbox of " + std::string(target) + " is full of messages that were promised.",
          {},
          {}};
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
  put_mail(state, actor, held_of(state, parcel));
  return actor.online() ? Handling::sent : Handling::held;
}

void store_message(State& state, ActorId id, Actor& actor, const Parcel& parcel,
                   std::string_view sender, OpenRequest request, Now now) {
  if (refuse_promise(state, request, now)) return;
  if (!make_room(state, actor, parcel.tail.view().size(), now)) {
    return refuse(state, request, mailbox_full(actor.address), now);
  }
  Held held = held_of(state, parcel);
  held.promised = true;
  held.sender = sender;
  held.sender_conn = request.reply_to.conn;
  held.message_id = request.message_id;
  const std::uint64_t position = held.position;
  const std::uint64_t seq =
      state.journal.append_urgent(MessageRow{position, actor.address, held.sender, held.message_id,
                                             *held.tail, now.wall, held.expires, true},
                                  now.mono);
  put_mail(state, actor, std::move(held));
  ++state.stats.stored;
  queued_when_durable(state, std::move(request), seq, id, position, now);
}

void send_due_mail(State& state, Now now) {
  while (!state.mail_due.empty()) {
    const ActorId id = state.mail_due.back();
    state.mail_due.pop_back();
    Actor* actor = state.registry.find(id);
    if (actor == nullptr || !actor->online()) continue;
    Session* session = state.sessions.find(actor->conn);
    if (session == nullptr || session->closing) continue;
    send_mail(state, id, *actor, *session, now);
  }
}

void mail_loaded(State& state, Loaded loaded, Now now) {
  const auto load = state.loads.extract(loaded.id);
  if (load.empty()) return;
  const MailLoad& asked = load.mapped();
  Actor* actor = state.registry.find(asked.actor);
  if (actor == nullptr || !actor->mailbox) return;
  actor->mailbox->loading = false;
  if (loaded.failed) {
    return state.timers.arm(now.mono + limits::mail_load_retry,
                            {TimerKind::mail, asked.actor.slot, asked.actor.generation});
  }
  for (Loaded::Row& row : loaded.rows) {
    Held* held = actor->mailbox->at_position(row.position);
    if (held != nullptr) actor->mailbox->bring(*held, count_shared(state, std::move(row.tail)));
  }
  // What the store does not have any more was taken out by hand.
  for (const std::uint64_t position : asked.positions) {
    if (!actor->mailbox) break;
    const Held* held = actor->mailbox->at_position(position);
    if (held != nullptr && !held->tail) take_mail(state, *actor, position);
  }
  state.mail_due.push_back(asked.actor);
}

void give_up_mail(State& state, Actor& actor, Mail rest, std::string_view reason, Now now) {
  sift(state, actor, [&](Held held) -> std::optional<Held> {
    if (held.promised) {
      bury(state, held, actor.address, reason, now);
    } else if (rest == Mail::of_subscriptions_stays && held.subscription.valid() &&
               !unwanted(state, held)) {
      return held;
    } else {
      drop(state, actor, held, DropReason::target_gone, now);
    }
    return std::nullopt;
  });
}

void return_mail(State& state, Held held, std::string_view target, Now now) {
  const ActorId id = addressee(state, target);
  Actor* actor = state.registry.find(id);
  if (actor == nullptr) return bury(state, held, target, name(DropReason::target_gone), now);
  put_mail_back(state, *actor, std::move(held));
  if (actor->online()) state.mail_due.push_back(id);
}

void end_waiting_asks(State& state, Actor& actor, Now now) {
  sift(state, actor, [&](Held held) -> std::optional<Held> {
    if (held.receipt == 0) return held;
    drop(state, actor, held, DropReason::target_gone, now);
    return std::nullopt;
  });
}

void expire_mail(State& state, Now now) {
  state.registry.for_each([&](ActorId, Actor& actor) {
    if (!actor.mail_waits()) return;
    bool any = false;
    actor.mailbox->for_each([&](const Held& held) { any = any || expired(held, now); });
    if (!any) return;
    sift(state, actor, [&](Held held) -> std::optional<Held> {
      if (!expired(held, now) || (held.promised && !held.committed)) return held;
      let_go(state, actor, std::move(held), DropReason::expired, now);
      return std::nullopt;
    });
  });
}

bool shrink_mail(State& state, std::size_t bytes, Now now) {
  bool any = false;
  state.registry.for_each([&](ActorId, Actor& actor) {
    if (!actor.mail_waits() || actor.mailbox->bytes_here() < bytes) return;
    while (const auto held = take_unpromised_mail(state, actor)) {
      drop(state, actor, *held, DropReason::memory_limit, now);
      any = true;
    }
    if (!actor.mailbox || !state.settings.persistent) return;
    actor.mailbox->for_each([&](Held& held) {
      if (!held.committed || !held.tail) return;
      actor.mailbox->leave_on_disk(held);
      any = true;
    });
  });
  return any;
}

std::size_t largest_mailbox(State& state) {
  std::size_t most = 0;
  state.registry.for_each([&most](ActorId, const Actor& actor) {
    if (actor.mailbox) most = std::max(most, actor.mailbox->bytes_here());
  });
  return most;
}

namespace {

/// For people who look into the database: what the text says of its origin.
MessageRow row_of(const Held& held, const Actor& actor, Now now) {
  const std::string whole = "{" + *held.tail;
  const wire::JsonView message(whole);
  const auto text = [](const std::optional<wire::JsonView>& value) {
    return value ? value->string().value_or("") : std::string();
  };
  const auto metadata = message.member("metadata");
  const auto id = metadata ? metadata->member("originalMessageId") : std::nullopt;
  return {held.position, actor.address, text(message.member("from")),
          text(id),      *held.tail,    now.wall,
          held.expires,  false};
}

}  // namespace

void journal_mail(State& state, Now now) {
  state.registry.for_each([&](ActorId, Actor& actor) {
    if (!actor.mail_waits()) return;
    actor.mailbox->for_each([&](const Held& held) {
      if (held.promised) return;
      state.journal.append(row_of(held, actor, now), now.mono);
    });
  });
}

}  // namespace signal_hub::core
