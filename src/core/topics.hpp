// Topics: who subscribes to what, both ways (PROTOCOL.md §4, §8).
//
// A topic is a name or a glob with at least one subscriber. An actor knows its own subscriptions,
// so that its end costs only those.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/slot_map.hpp"
#include "base/string_map.hpp"
#include "core/actor.hpp"

namespace signal_hub::core {

struct Topic {
  struct Member {
    ActorId actor;
    SubscriptionId subscription;
  };
  std::string name;
  bool glob = false;
  std::vector<Member> members;  // in no order
};

struct Subscription {
  ActorId actor;
  TopicId topic;
  std::uint32_t place;  // in Topic::members
  Uuid public_id;
  bool durable = false;
  bool acks = false;        // reliable publications are acknowledged
  std::uint64_t since = 0;  // what is published is for it from behind this position on
};

class Topics {
 public:
  /// The actor's subscription to `name`, new as of `position` or the one it has.
  SubscriptionId subscribe(ActorId id, Actor& actor, std::string_view name, std::uint64_t position,
                           Rng& rng);

  /// Puts a recovered subscription back. REQUIRES: the actor has none to `name`.
  void restore(ActorId id, Actor& actor, std::string_view name, const Uuid& public_id, bool durable,
               bool acks);

  /// REQUIRES: the subscription exists.
  void set(SubscriptionId id, bool durable, bool acks);

  void unsubscribe(Actor& actor, SubscriptionId id);

  /// The actor ends: its subscriptions count no more, and leave their topics by and by in reap(),
  /// so that a herd's end is no pause. Until then the topics have members whose actor is gone.
  void abandon_all(Actor& actor);

  /// Takes the actor out of the topics it has no durable subscription to; their names.
  std::vector<std::string> leave_passing(Actor& actor);
  bool has_durable(const Actor& actor) const;

  /// Takes up to `most` abandoned subscriptions out of their topics.
  void reap(std::size_t most);
  bool reaping() const { return !abandoned_.empty(); }

  /// Hands all of `from`'s subscriptions to `to`, which keeps its own where both have one.
  void move_all(Actor& from, ActorId to_id, Actor& to);

  /// The actor's subscription to exactly this name or glob; invalid id if none.
  SubscriptionId of(const Actor& actor, std::string_view name) const;
  /// One of the actor's that a publication at `position` was for, preferably one that acknowledges;
  /// invalid id if none.
  SubscriptionId meant_by(const Actor& actor, std::string_view name, std::uint64_t position) const;
  /// The actor's subscription with this public id; invalid id if none.
  SubscriptionId with_public_id(const Actor& actor, std::string_view public_id) const;

  const Subscription* find(SubscriptionId id) const { return subscriptions_.find(id); }
  void prefetch(SubscriptionId id) const { subscriptions_.prefetch(id, 1); }
  std::string_view name_of(SubscriptionId id) const;

  /// A new name could still be added.
  bool has_room() const;
  bool exists(std::string_view name) const { return by_name_.contains(name); }

  /// The topics whose name is `name` or whose glob matches it. Globs match names under `hub/` only
  /// if they start with it. Valid until the next non-const call.
  const std::vector<TopicId>& matching(std::string_view name);
  const Topic& topic(TopicId id) const { return *topics_.find(id); }
  /// Exactly this name or glob; null if nobody subscribes to it.
  const Topic* named(std::string_view name) const;

  /// Every topic from `from` on, as SlotMap::walk().
  template <class F>
  std::optional<std::uint32_t> walk(std::uint32_t from, std::size_t most, F&& f) const {
    return topics_.walk(from, most, f);
  }

  std::size_t size() const { return topics_.size(); }
  std::size_t subscription_count() const { return subscriptions_.size() - abandoned_.size(); }

 private:
  SubscriptionId add(ActorId id, Actor& actor, std::string_view name, const Uuid& public_id);
  TopicId topic_named(std::string_view name);
  void leave_topic(const Subscription& subscription);
  void forget_matches(std::string_view changed);

  SlotMap<Topic, TopicId> topics_;
  SlotMap<Subscription, SubscriptionId> subscriptions_;
  StringMap<TopicId> by_name_;
  std::vector<TopicId> globs_;
  std::vector<SubscriptionId> abandoned_;
  // What a name matches, remembered until the set of topics changes; bounded.
  StringMap<std::vector<TopicId>> matches_;
};

}  // namespace signal_hub::core
