// hub:subscribe, single and bulk, and hub:unsubscribe (PROTOCOL.md §4 Delivery, §8).
#include "base/limits.hpp"
#include "core/answers.hpp"
#include "core/commits.hpp"
#include "core/handlers/handlers.hpp"
#include "core/lifecycle.hpp"

namespace signal_hub::core {
namespace {

/// The actor `from` acts for: one the session registered, or its guest.
ActorId subscriber(Context& c) {
  const ActorId id = c.state.registry.find_address(c.from);
  const Actor* actor = c.state.registry.find(id);
  if (actor != nullptr && actor->conn == c.session.id) return id;
  return guest_of(c.state, c.session);
}

std::optional<Error> objection(const State& state, const Actor& actor, const std::string& topic,
                               bool durable) {
  if (durable && !actor.registered) {
    return invalid_field("payload.durable",
                         "Only a registered actor can hold a durable subscription; the session "
                         "that subscribes has not registered " +
                             actor.address + ".",
                         "Send hub:register for the address first.");
  }
  if (topic.starts_with("hub/")) {
    return unsupported_field("payload.topic", "This hub does not publish system topics yet.");
  }
  if (state.topics.of(actor, topic).valid()) return std::nullopt;
  if (actor.subscriptions.size() >= limits::subscriptions_per_actor) {
    return over_limit("subscriptions per actor", limits::subscriptions_per_actor,
                      actor.subscriptions.size() + 1);
  }
  if (!state.topics.exists(topic) && !state.topics.has_room()) {
    return over_limit("topics", limits::topics, state.topics.size() + 1);
  }
  return std::nullopt;
}

/// What is not asked leaves an existing subscription as it is.
std::optional<Error> enlist(Context& c, const wire::Element<std::string>& element,
                            const wire::Subscribe& asked, wire::JsonWriter& out) {
  if (!element.item) return element.item.error();
  State& state = c.state;
  const std::string& topic = *element.item;
  const ActorId id = subscriber(c);
  Actor& actor = *state.registry.find(id);
  if (auto error = objection(state, actor, topic, asked.durable.value_or(false))) return error;
  const bool is_new = !state.topics.of(actor, topic).valid();
  const SubscriptionId made =
      state.topics.subscribe(id, actor, topic, state.last_position, state.rng);
  const Subscription& subscription = *state.topics.find(made);
  const bool durable = asked.durable.value_or(subscription.durable);
  const bool acks = asked.acks.value_or(subscription.acks);
  const bool changed = durable != subscription.durable || acks != subscription.acks;
  state.topics.set(made, durable, acks);
  if (is_new || changed) journal_subscription(state, actor, made, c.now);
  write_payload(out, wire::Subscribed{topic, subscription.public_id.view(), durable, acks});
  return std::nullopt;
}

/// The subscription an unsubscribe means: 0.1 clients put the topic's name into subscriptionId.
SubscriptionId meant(const State& state, const Actor& actor, const wire::Unsubscribe& request) {
  if (request.subscription_id) {
    const SubscriptionId id = state.topics.with_public_id(actor, *request.subscription_id);
    return id.valid() ? id : state.topics.of(actor, *request.subscription_id);
  }
  return state.topics.of(actor, *request.topic);
}

}  // namespace

void handle(Context& c, const wire::Subscribe& request) {
  // A durable subscription is a promise of storage itself.
  const bool promise = request.answer_durable || request.durable.value_or(false);
  if (promise && refuse_promise(c.state, c.request, c.now)) return;
  const std::uint64_t since = c.state.journal.last_seq();
  std::string payload;
  wire::JsonWriter out(payload);
  if (!request.bulk) {
    if (const auto error = enlist(c, request.topics.front(), request, out)) {
      return refuse(c.state, c.request, *error, c.now);
    }
    return conclude(c.state, std::move(c.request), promise, wire::Subscribed::type,
                    std::move(payload), since, c.now);
  }
  out.begin_object().key("topics").begin_array();
  for (const auto& element : request.topics) {
    const auto error = enlist(c, element, request, out);
    if (!error) continue;
    count_error(c.state, c.request.type, error->code);
    out.begin_object().field("topic", element.name).key("error");
    write_error(out, *error);
    out.end_object();
  }
  out.end_array().end_object();
  conclude(c.state, std::move(c.request), promise, wire::Subscribed::type, std::move(payload),
           since, c.now);
}

void handle(Context& c, const wire::Unsubscribe& request) {
  State& state = c.state;
  if (request.durable && refuse_promise(state, c.request, c.now)) return;
  const std::uint64_t since = state.journal.last_seq();
  Actor& actor = *state.registry.find(subscriber(c));
  std::string topic = request.topic ? *request.topic : *request.subscription_id;
  const SubscriptionId id = meant(state, actor, request);
  if (id.valid()) {
    topic = state.topics.name_of(id);
    journal_unsubscription(state, actor, topic, c.now);
    state.topics.unsubscribe(actor, id);
  }
  if (!c.is_ask()) return;
  conclude(state, std::move(c.request), request.durable, wire::Unsubscribed{topic}, since, c.now);
}

}  // namespace signal_hub::core
