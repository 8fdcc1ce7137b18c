#include "core/fanout.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/limits.hpp"
#include "base/prefetch.hpp"
#include "core/answers.hpp"
#include "core/commits.hpp"
#include "core/deliveries.hpp"
#include "core/mail.hpp"
#include "core/make_room.hpp"
#include "core/outflow.hpp"
#include "core/receipts.hpp"
#include "core/state.hpp"

namespace signal_hub::core {
namespace {

bool expired(const Fanout& fanout, Now now) { return fanout.expires && *fanout.expires < now.wall; }

/// The recipient as it is now; null if it left or unsubscribed since the message was accepted.
Actor* present(State& state, const Fanout& fanout, Fanout::Recipient& recipient) {
  Actor* actor = state.registry.find(recipient.actor);
  if (actor == nullptr) return nullptr;
  if (fanout.topic.empty()) return actor->registered ? actor : nullptr;
  if (state.topics.find(recipient.subscription) != nullptr) return actor;
  recipient.subscription = state.topics.meant_by(*actor, fanout.topic, fanout.position);
  return recipient.subscription.valid() ? actor : nullptr;
}

bool store_for(State& state, Fanout& fanout, ActorId id, Actor& actor, const Parcel& parcel,
               Now now) {
  if (!make_room(state, actor, parcel.tail.view().size(), now)) {
    count_drop(state, DropReason::mailbox_full);
    return false;
  }
  ReliableSend send;
  send.sender = fanout.sender_address;
  send.message_id = fanout.message_id;
  send.conn = fanout.sender;
  send.position = fanout.reliable->next_position++;
  store_reliable(state, id, actor, parcel, std::move(send), now);
  ++fanout.queued;
  ++fanout.reliable->stored;
  return true;
}

/// False: nothing reached the recipient, nor waits for it.
bool deliver_to(State& state, Fanout& fanout, Fanout::Recipient& recipient, Now now) {
  Actor* actor = present(state, fanout, recipient);
  if (actor == nullptr) {
    count_drop(state, DropReason::unsubscribed);
    return false;
  }
  const Parcel parcel{fanout.tail, fanout.expires, recipient.subscription, 0, fanout.priority};
  if (recipient.stored) {
    return store_for(state, fanout, recipient.actor, *actor, parcel, now);
  }
  const Handling handling = deliver(state, *actor, parcel, now);
  fanout.delivered += handling == Handling::sent ? 1 : 0;
  fanout.queued += handling == Handling::held ? 1 : 0;
  return handling == Handling::sent || handling == Handling::held;
}

/// Recipients are all over the memory, more of it than caches hold: what their deliveries will
/// touch is asked for a few deliveries before.
void look_ahead(State& state, const Fanout& fanout) {
  constexpr std::size_t actors = 12, sessions = 8, outboxes = 4;  // deliveries before
  const auto coming = [&](std::size_t ahead) -> const Fanout::Recipient* {
    const std::size_t at = fanout.next + ahead;
    return at < fanout.recipients.size() ? &fanout.recipients[at] : nullptr;
  };
  if (const auto* r = coming(actors)) {
    state.registry.prefetch(r->actor);
    state.topics.prefetch(r->subscription);
  }
  if (const auto* r = coming(sessions)) {
    if (const Actor* actor = state.registry.find(r->actor)) {
      state.sessions.prefetch(actor->conn, Session::hot_bytes);
      prefetch(actor->to_member.data());
    }
  }
  if (const auto* r = coming(outboxes)) {
    const Actor* actor = state.registry.find(r->actor);
    const Session* session = actor == nullptr ? nullptr : state.sessions.find(actor->conn);
    if (session != nullptr) session->outbox.prefetch();
  }
}

void run_slice(State& state, Fanout& fanout, std::size_t slice, Now now) {
  const DeliveryKind kind = fanout.topic.empty() ? DeliveryKind::broadcast : DeliveryKind::publish;
  const Origin outer = std::exchange(state.origin, {kind, fanout.accepted_us});
  const std::size_t end = std::min(fanout.recipients.size(), fanout.next + slice);
  const bool late = expired(fanout, now);
  if (late) count_drop(state, DropReason::expired, end - fanout.next);
  const bool many = fanout.recipients.size() >= limits::many_recipients;
  for (; fanout.next < end; ++fanout.next) {
    if (many) look_ahead(state, fanout);
    if (late || !deliver_to(state, fanout, fanout.recipients[fanout.next], now)) ++fanout.failed;
  }
  state.origin = outer;
}

void conclude_reliable(State& state, Fanout& fanout, Now now) {
  ReliableFanout& reliable = *fanout.reliable;
  wire::Published published{fanout.topic, fanout.recipients.size() + reliable.skipped};
  published.queued_count = reliable.stored;
  std::string payload;
  wire::JsonWriter writer(payload);
  write_payload(writer, published);
  published_when_durable(state, std::move(*fanout.request), std::move(payload),
                         std::move(reliable.publication), reliable.since, reliable.refused, now);
}

void conclude(State& state, Fanout& fanout, Now now) {
  const std::string counts = std::to_string(fanout.delivered) + " delivered, " +
                             std::to_string(fanout.queued) + " queued, " +
                             std::to_string(fanout.failed) + " failed";
  state.fates.record(fanout.message_id, fanout.sender_address,
                     fanout.topic.empty() ? std::string_view("*") : fanout.topic, now.wall,
                     "spread", counts);
  if (!fanout.request) return;
  if (fanout.reliable) return conclude_reliable(state, fanout, now);
  if (fanout.topic.empty()) {
    answer(state, *fanout.request,
           wire::BroadcastAck{fanout.request->message_id, fanout.delivered, fanout.queued,
                              fanout.failed},
           now);
  } else {
    answer(state, *fanout.request, wire::Published{fanout.topic, fanout.recipients.size()}, now);
  }
}

void make_sender_wait(State& state, const Fanout& fanout) {
  if (Session* sender = state.sessions.find(fanout.sender)) sender->fanout_running = true;
  if (fanout.request) owe_answer(state, fanout.request->reply_to.conn);
}

/// Ends a fan-out that made its sender wait; the next on its topic starts running.
void finish(State& state, std::list<Fanout>::iterator running, std::vector<ConnId>& free, Now now) {
  Fanout done = std::move(*running);
  state.fanouts.running.erase(running);
  const ConnId asker = done.request ? done.request->reply_to.conn : ConnId{};
  conclude(state, done, now);
  paid_answer(state, asker);
  if (Session* sender = state.sessions.find(done.sender)) {
    sender->fanout_running = false;
    free.push_back(done.sender);
  }
  if (done.topic.empty()) return;
  const auto queue = state.fanouts.behind_topic.find(done.topic);
  if (queue->second.empty()) {
    state.fanouts.behind_topic.erase(queue);
    return;
  }
  state.fanouts.running.push_back(std::move(queue->second.front()));
  queue->second.pop_front();
}

}  // namespace

void start_fanout(State& state, Fanout fanout, Now now) {
  const std::size_t slice = state.settings.fanout_slice;
  fanout.accepted_us = now.stopwatch_us;
  fanout.position = state.last_position + 1;
  if (fanout.recipients.size() >= limits::many_recipients) share_tail(state, fanout.tail);
  Fanouts& all = state.fanouts;
  const bool behind = !fanout.topic.empty() && all.behind_topic.contains(fanout.topic);
  if (!behind && (slice == 0 || fanout.recipients.size() <= slice)) {
    run_slice(state, fanout, fanout.recipients.size(), now);
    conclude(state, fanout, now);
    return;
  }
  make_sender_wait(state, fanout);
  if (behind) {
    all.behind_topic.find(fanout.topic)->second.push_back(std::move(fanout));
    return;
  }
  if (!fanout.topic.empty()) all.behind_topic.try_emplace(fanout.topic);
  all.running.push_back(std::move(fanout));
}

std::vector<ConnId> run_fanout_slices(State& state, Now now) {
  std::vector<ConnId> free;
  auto& running = state.fanouts.running;
  const std::size_t slice = std::max<std::size_t>(1, state.settings.fanout_slice);
  const std::size_t turns = std::min(limits::slices_per_turn, running.size());
  for (std::size_t i = 0; i < turns; ++i) {
    const auto current = running.begin();
    state.fanouts.slicing = now.mono;
    run_slice(state, *current, slice, now);
    state.fanouts.slicing.reset();
    if (current->next < current->recipients.size()) {
      running.splice(running.end(), running, current);
    } else {
      finish(state, current, free, now);
    }
  }
  return free;
}

}  // namespace signal_hub::core
