// Actor: somebody messages can be delivered to.
//
// Registered under its address, or the identity of a session that has registered nothing under it
// yet: such a guest is in no listing and cannot be sent to, but it may subscribe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace signal_hub::core {

using ActorId = SlotId<struct ActorTag>;
using TopicId = SlotId<struct TopicTag>;
using SubscriptionId = SlotId<struct SubscriptionTag>;

struct Actor {
  std::string address;
  std::string to_member;  // `","to":"<address>",`, what follows the id in a delivery
  ConnId conn;            // the session that holds it
  bool registered = false;

  struct Membership {
    TopicId topic;
    SubscriptionId subscription;
  };
  std::vector<Membership> subscriptions;  // in the order they were made
  std::uint64_t last_fanout = 0;          // so that overlapping subscriptions deliver once

  // Registered actors only.
  std::vector<std::string> capabilities;
  std::string metadata;    // JSON object, as received
  std::string session_id;  // connectionId in listings
  WallTime registered_at{};
  WallTime expires_at{};
  MonoTime expires{};
  MonoTime armed = never;  // the earliest timer entry
  Millis ttl{};
  std::uint64_t version = 0;
  std::uint64_t registration = 0;   // names this registration; it survives renewals and moves
  std::uint64_t token_counter = 0;  // of the renewal token in force
  bool renew_on_heartbeat = false;
};

}  // namespace signal_hub::core
