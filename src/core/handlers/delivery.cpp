// hub:send, hub:broadcast, hub:publish (PROTOCOL.md §4 Delivery).
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/limits.hpp"
#include "core/answers.hpp"
#include "core/commits.hpp"
#include "core/deliveries.hpp"
#include "core/duplicates.hpp"
#include "core/fanout.hpp"
#include "core/handlers/handlers.hpp"
#include "core/mail.hpp"
#include "core/mailroom.hpp"
#include "core/make_room.hpp"
#include "core/outflow.hpp"
#include "core/receipts.hpp"
#include "wire/address.hpp"
#include "wire/forward.hpp"

namespace signal_hub::core {
namespace {

/// What is forwarded, but for type-specific metadata.
wire::Forward forward(const Context& c, const wire::Content& content, std::string_view metadata) {
  wire::Forward f{};
  f.from = c.from;
  f.type = content.type;
  f.data = content.data;
  f.timestamp = c.now.wall;
  f.metadata = metadata;
  f.ttl = c.envelope.remaining_ttl(c.now.wall);
  return f;
}

SharedTail tail_of(State& state, const wire::Forward& message) {
  std::string bytes;
  bytes.reserve(message.data.raw().size() + message.metadata.size() + 256);
  wire::write_tail(bytes, message);
  return make_tail(state, std::move(bytes));
}

/// The one target of a hub:send; nullopt after a refusal.
std::optional<std::string_view> target_of(Context& c, const wire::Send& send) {
  const std::string_view to = c.envelope.to;
  const bool to_hub = to == c.state.settings.hub_address;
  if (!send.to && to_hub) {
    refuse(c.state, c.request,
           invalid_field("payload.to", "The message names no target.",
                         "Put the target into the envelope's `to` or into payload.to."),
           c.now);
    return std::nullopt;
  }
  if (!send.to || *send.to == to) return to;
  if (to_hub) return *send.to;
  const Error error{ErrorCode::ambiguous_target,
                    "`to` is " + std::string(to) + " and payload.to is " + *send.to + ".",
                    {},
                    {}};
  refuse(c.state, c.request, error, c.now);
  return std::nullopt;
}

std::optional<WallTime> expiry(const Context& c) {
  if (!c.envelope.ttl) return std::nullopt;
  return c.now.wall + *c.envelope.remaining_ttl(c.now.wall);
}

Fanout new_fanout(Context& c, std::string_view topic, const wire::Forward& message,
                  bool reliable = false) {
  Fanout fanout;
  fanout.sender = c.session.id;
  fanout.sender_address = c.from;
  fanout.message_id = c.envelope.id;
  fanout.topic = topic;
  fanout.tail = tail_of(c.state, message);
  fanout.expires = expiry(c);
  if (c.is_ask() || reliable) fanout.request = std::move(c.request);
  return fanout;
}

bool too_many(Context& c, std::size_t recipients) {
  const std::size_t limit = c.state.settings.broadcast_limit;
  if (limit == 0 || recipients <= limit) return false;
  refuse(c.state, c.request,
         Error{ErrorCode::broadcast_limit_exceeded,
               "The message has " + std::to_string(recipients) + " recipients, the limit is " +
                   std::to_string(limit) + "; nothing was sent.",
               {},
               "{\"limit\":" + std::to_string(limit) + ",\"value\":" + std::to_string(recipients) +
                   "}"},
         c.now);
  return true;
}

std::vector<Fanout::Recipient> registered_actors(const Context& c, const wire::Broadcast& b) {
  std::vector<Fanout::Recipient> recipients;
  for (const auto& [address, id] : c.state.registry.by_address()) {
    if (b.exclude_self && address == c.from) continue;
    const auto& offered = c.state.registry.find(id)->capabilities;
    if (b.target_capability &&
        std::find(offered.begin(), offered.end(), *b.target_capability) == offered.end()) {
      continue;
    }
    recipients.push_back({id, {}});
  }
  return recipients;
}

/// How much a subscription asks of a reliable publication.
unsigned demand(const Subscription& subscription) {
  return (subscription.acks ? 2U : 0U) + (subscription.durable ? 1U : 0U);
}

/// Those subscribed to `topics` who ask at least so much and were not added before.
void add_subscribers(State& state, const std::vector<TopicId>& topics, unsigned least,
                     std::uint64_t stamp, std::vector<Fanout::Recipient>& recipients) {
  for (const TopicId id : topics) {
    for (const Topic::Member& member : state.topics.topic(id).members) {
      if (least != 0 && demand(*state.topics.find(member.subscription)) < least) continue;
      Actor* actor = state.registry.find(member.actor);
      if (actor == nullptr || std::exchange(actor->last_fanout, stamp) == stamp) continue;
      recipients.push_back({member.actor, member.subscription});
    }
  }
}

/// Everybody once; for a reliable publication with the subscription that asks most.
std::vector<Fanout::Recipient> subscribers(State& state, std::string_view name, bool reliable) {
  std::vector<Fanout::Recipient> recipients;
  const auto& topics = state.topics.matching(name);
  const std::uint64_t stamp = ++state.fanouts.counter;
  if (reliable && topics.size() > 1) {
    for (const unsigned least : {3U, 2U, 1U}) {
      add_subscribers(state, topics, least, stamp, recipients);
    }
  }
  add_subscribers(state, topics, 0, stamp, recipients);
  return recipients;
}

void note_fate(const Context& c, std::string_view target, Handling handling) {
  const bool sent = handling == Handling::sent;
  const bool held = handling == Handling::held;
  std::string_view detail;
  if (handling == Handling::full) detail = name(DropReason::mailbox_full);
  if (handling == Handling::lost) detail = name(DropReason::target_gone);
  c.state.fates.record(c.envelope.id, c.from, target, c.now.wall,
                       sent ? "delivered" : (held ? "held" : "dropped"), detail);
}

/// A target that cannot be sent to; tells of the at-most-once level hear nothing.
void refuse_target(Context& c, std::string_view target, bool told) {
  c.state.fates.record(c.envelope.id, c.from, target, c.now.wall, "dropped",
                       name(DropReason::unknown_target));
  if (told) return refuse_unknown(c.state, c.request, target, c.now);
  count_drop(c.state, DropReason::unknown_target);
}

void send_reliably(Context& c, ActorId id, Actor& actor, const Parcel& parcel, bool receipt) {
  State& state = c.state;
  if (refuse_promise(state, c.request, c.now)) return;
  if (!make_room(state, actor, parcel.tail.view().size(), c.now)) {
    return refuse(state, c.request, queue_full(actor.address), c.now);
  }
  ReliableSend send;
  send.sender = c.from;
  send.message_id = c.envelope.id;
  send.conn = c.session.id;
  send.asked = send.answered = receipt;
  send.position = next_position(state);
  remember_id(c, c.request, send.position);
  send.request = std::move(c.request);
  store_reliable(state, id, actor, parcel, std::move(send), c.now);
}

}  // namespace

void handle(Context& c, const wire::Send& send) {
  State& state = c.state;
  const auto target = target_of(c, send);
  if (!target) return;
  const bool receipt = c.is_ask() || send.require_ack;
  const bool reliable = send.delivery.reliable;
  const ActorId id = state.registry.find_address(*target);
  Actor* actor = state.registry.find(id);
  if (actor == nullptr) return refuse_target(c, *target, receipt || reliable);
  const std::string metadata =
      wire::send_metadata(c.envelope.metadata, state.settings.hub_address, c.envelope.id, reliable);
  SharedTail tail = tail_of(state, forward(c, send.content, metadata));
  Parcel parcel{tail, expiry(c), {}, 0, send.delivery.priority, c.from, c.envelope.id};
  if (reliable) return send_reliably(c, id, *actor, parcel, receipt);
  if (receipt && !actor->online()) {
    return store_message(state, id, *actor, parcel, c.from, std::move(c.request), c.now);
  }
  if (receipt) parcel.receipt = await_written(state, std::move(c.request), *target);
  const Handling handling = deliver(state, *actor, parcel, c.now);
  note_fate(c, *target, handling);
  if (handling == Handling::full) {
    return receipt_refused(state, parcel.receipt, queue_full(*target), c.now);
  }
  if (handling == Handling::lost) return receipts_lost(state, {parcel.receipt}, c.now);
  push_back(state, c.session, c.from, *actor, c.now);
}

void handle(Context& c, const wire::Broadcast& broadcast) {
  auto recipients = registered_actors(c, broadcast);
  if (too_many(c, recipients.size())) return;
  const std::string metadata = wire::broadcast_metadata(c.state.settings.hub_address);
  wire::Forward message = forward(c, broadcast.content, metadata);
  message.correlation_id = c.envelope.id;
  Fanout fanout = new_fanout(c, {}, message);
  fanout.recipients = std::move(recipients);
  fanout.priority = broadcast.delivery.priority;
  start_fanout(c.state, std::move(fanout), c.now);
}

namespace {

/// A retry of one the store refused a part of: only for those it is not stored for. Where it is not
/// clear who of two with one address has it, both get it.
void skip_served(State& state, Fanout& fanout, std::vector<std::string> served) {
  const auto address_of = [&state](const Fanout::Recipient& recipient) {
    return std::string_view(state.registry.find(recipient.actor)->address);
  };
  std::unordered_map<std::string_view, std::size_t> have;
  std::unordered_map<std::string_view, std::size_t> want;
  for (const std::string& address : served) ++have[address];
  for (const Fanout::Recipient& r : fanout.recipients) want[address_of(r)] += r.stored ? 1 : 0;
  ReliableFanout& reliable = *fanout.reliable;
  reliable.skipped = std::erase_if(fanout.recipients, [&](const Fanout::Recipient& r) {
    const std::string_view address = address_of(r);
    return !r.stored || want[address] <= have[address];
  });
  reliable.stored = served.size();
  reliable.publication.served = std::move(served);
}

/// The publication as such is stored before it is for anybody.
void make_reliable(Context& c, Fanout& fanout) {
  State& state = c.state;
  ReliableFanout& reliable = fanout.reliable.emplace();
  Publication& publication = reliable.publication;
  publication.id_hash = RememberedIds::hash(c.from, c.envelope.id);
  publication.answered = c.is_ask();
  for (Fanout::Recipient& recipient : fanout.recipients) {
    const Subscription* subscription = state.topics.find(recipient.subscription);
    recipient.stored = subscription->acks || subscription->durable;
    publication.stored += recipient.stored ? 1 : 0;
  }
  if (auto served = state.partly_stored.take(publication.id_hash, fanout.request->digest)) {
    skip_served(state, fanout, std::move(*served));
    publication.stored = fanout.recipients.size();
  }
  reliable.since = state.journal.last_seq();
  const std::uint64_t own = publication.position = next_position(state);
  reliable.next_position = own + 1;
  state.last_position += publication.stored;
  remember_id(c, *fanout.request, own);
  state.journal.append_urgent(
      PublicationRow{own, fanout.topic, c.from, std::string(c.envelope.id), c.now.wall,
                     fanout.recipients.size() + reliable.skipped,
                     publication.stored + reliable.stored},
      c.now.mono);
}

}  // namespace

void handle(Context& c, const wire::Publish& publish) {
  const bool reliable = publish.delivery.reliable;
  if (reliable && refuse_promise(c.state, c.request, c.now)) return;
  auto recipients = subscribers(c.state, publish.topic, reliable);
  if (too_many(c, recipients.size())) return;
  const std::string metadata = wire::publish_metadata(publish.topic, c.state.settings.hub_address);
  wire::Forward message = forward(c, publish.content, metadata);
  message.correlation_id = c.envelope.id;
  Fanout fanout = new_fanout(c, publish.topic, message, reliable);
  fanout.recipients = std::move(recipients);
  fanout.priority = publish.delivery.priority;
  if (reliable) make_reliable(c, fanout);
  start_fanout(c.state, std::move(fanout), c.now);
}

}  // namespace signal_hub::core
