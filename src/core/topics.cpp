#include "core/topics.hpp"

#include <algorithm>

#include "base/glob.hpp"
#include "base/limits.hpp"

namespace signal_hub::core {
namespace {

constexpr std::size_t remembered_matches = 4096;
constexpr std::string_view system_prefix = "hub/";

bool matches(const Topic& topic, std::string_view name) {
  if (name.starts_with(system_prefix) && !topic.name.starts_with(system_prefix)) return false;
  return glob_match(topic.name, name);
}

}  // namespace

TopicId Topics::topic_named(std::string_view name) {
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) return found->second;
  const TopicId id = topics_.insert(Topic{std::string(name), is_glob(name), {}});
  by_name_.emplace(std::string(name), id);
  if (is_glob(name)) globs_.push_back(id);
  forget_matches(name);
  return id;
}

const Topic* Topics::named(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : topics_.find(found->second);
}

bool Topics::has_room() const { return topics_.size() < limits::topics; }

SubscriptionId Topics::add(ActorId id, Actor& actor, std::string_view name, const Uuid& public_id) {
  const TopicId topic_id = topic_named(name);
  Topic& topic = *topics_.find(topic_id);
  const auto place = static_cast<std::uint32_t>(topic.members.size());
  const SubscriptionId made = subscriptions_.insert(Subscription{id, topic_id, place, public_id});
  topic.members.push_back({id, made});
  actor.subscriptions.push_back({topic_id, made});
  return made;
}

SubscriptionId Topics::subscribe(ActorId id, Actor& actor, std::string_view name,
                                 std::uint64_t position, Rng& rng) {
  const SubscriptionId existing = of(actor, name);
  if (existing.valid()) return existing;
  const SubscriptionId made = add(id, actor, name, Uuid::make(rng));
  subscriptions_.find(made)->since = position;
  return made;
}

void Topics::restore(ActorId id, Actor& actor, std::string_view name, const Uuid& public_id,
                     bool durable, bool acks) {
  set(add(id, actor, name, public_id), durable, acks);
}

void Topics::set(SubscriptionId id, bool durable, bool acks) {
  Subscription& subscription = *subscriptions_.find(id);
  subscription.durable = durable;
  subscription.acks = acks;
}

void Topics::leave_topic(const Subscription& subscription) {
  const TopicId id = subscription.topic;
  Topic& topic = *topics_.find(id);
  const Topic::Member last = topic.members.back();
  topic.members[subscription.place] = last;
  subscriptions_.find(last.subscription)->place = subscription.place;
  topic.members.pop_back();
  if (!topic.members.empty()) return;
  if (topic.glob) std::erase(globs_, id);
  forget_matches(topic.name);
  by_name_.erase(by_name_.find(topic.name));
  topics_.erase(id);
}

void Topics::forget_matches(std::string_view changed) {
  if (is_glob(changed)) {
    matches_.clear();
  } else if (const auto known = matches_.find(changed); known != matches_.end()) {
    matches_.erase(known);
  }
}

void Topics::unsubscribe(Actor& actor, SubscriptionId id) {
  const Subscription* subscription = subscriptions_.find(id);
  if (subscription == nullptr) return;
  leave_topic(*subscription);
  subscriptions_.erase(id);
  std::erase_if(actor.subscriptions,
                [id](const Actor::Membership& m) { return m.subscription == id; });
}

void Topics::abandon_all(Actor& actor) {
  for (const Actor::Membership& m : actor.subscriptions) abandoned_.push_back(m.subscription);
  actor.subscriptions = {};
}

std::vector<std::string> Topics::leave_passing(Actor& actor) {
  std::vector<std::string> left;
  for (const Actor::Membership m : std::vector(actor.subscriptions)) {
    if (subscriptions_.find(m.subscription)->durable) continue;
    left.emplace_back(name_of(m.subscription));
    unsubscribe(actor, m.subscription);
  }
  return left;
}

bool Topics::has_durable(const Actor& actor) const {
  return std::any_of(
      actor.subscriptions.begin(), actor.subscriptions.end(),
      [this](const Actor::Membership& m) { return subscriptions_.find(m.subscription)->durable; });
}

void Topics::reap(std::size_t most) {
  for (; most > 0 && !abandoned_.empty(); --most) {
    const SubscriptionId id = abandoned_.back();
    abandoned_.pop_back();
    leave_topic(*subscriptions_.find(id));
    subscriptions_.erase(id);
  }
}

void Topics::move_all(Actor& from, ActorId to_id, Actor& to) {
  for (const Actor::Membership m : std::vector(from.subscriptions)) {
    const bool has =
        std::any_of(to.subscriptions.begin(), to.subscriptions.end(),
                    [m](const Actor::Membership& own) { return own.topic == m.topic; });
    if (has || to.subscriptions.size() >= limits::subscriptions_per_actor) continue;
    Subscription& subscription = *subscriptions_.find(m.subscription);
    subscription.actor = to_id;
    topics_.find(m.topic)->members[subscription.place].actor = to_id;
    to.subscriptions.push_back(m);
    std::erase_if(from.subscriptions,
                  [m](const Actor::Membership& own) { return own.subscription == m.subscription; });
  }
  abandon_all(from);
}

SubscriptionId Topics::of(const Actor& actor, std::string_view name) const {
  const auto topic = by_name_.find(name);
  if (topic == by_name_.end()) return {};
  for (const Actor::Membership& m : actor.subscriptions) {
    if (m.topic == topic->second) return m.subscription;
  }
  return {};
}

SubscriptionId Topics::meant_by(const Actor& actor, std::string_view name,
                                std::uint64_t position) const {
  SubscriptionId found;
  for (const Actor::Membership& m : actor.subscriptions) {
    const Topic& topic = *topics_.find(m.topic);
    const Subscription& subscription = *subscriptions_.find(m.subscription);
    const bool covers = topic.glob ? matches(topic, name) : topic.name == name;
    if (!covers || subscription.since >= position) continue;
    if (subscription.acks) return m.subscription;
    if (!found.valid()) found = m.subscription;
  }
  return found;
}

SubscriptionId Topics::with_public_id(const Actor& actor, std::string_view public_id) const {
  for (const Actor::Membership& m : actor.subscriptions) {
    if (subscriptions_.find(m.subscription)->public_id.view() == public_id) return m.subscription;
  }
  return {};
}

std::string_view Topics::name_of(SubscriptionId id) const {
  return topics_.find(subscriptions_.find(id)->topic)->name;
}

const std::vector<TopicId>& Topics::matching(std::string_view name) {
  const auto known = matches_.find(name);
  if (known != matches_.end()) return known->second;
  std::vector<TopicId> found;
  const auto exact = by_name_.find(name);
  if (exact != by_name_.end()) found.push_back(exact->second);
  for (const TopicId id : globs_) {
    if (matches(*topics_.find(id), name)) found.push_back(id);
  }
  if (matches_.size() >= remembered_matches) matches_.clear();
  return matches_.emplace(std::string(name), std::move(found)).first->second;
}

}  // namespace signal_hub::core
