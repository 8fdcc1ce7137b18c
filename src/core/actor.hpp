// Actor: somebody messages can be delivered to.
//
// Registered under its address; or the identity of a session that has registered nothing under it
// yet: such a guest is in no listing and cannot be sent to, but it may subscribe; or dormant: its
// registration ended, its durable subscriptions did not.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/actor_ids.hpp"
#include "core/journal_entries.hpp"
#include "core/mailbox.hpp"
#include "core/outstanding.hpp"

namespace signal_hub::core {

struct Actor {
  // What a delivery looks at comes first.
  static constexpr std::size_t hot_bytes = 128;
  std::string to_member;  // `","to":"<address>",`, what follows the id in a delivery
  ConnId conn;            // the session that holds it, while online
  bool registered = false;
  ActorStatus status = ActorStatus::online;
  std::unique_ptr<Mailbox> mailbox;       // at-most-once mail; null: none waits
  std::unique_ptr<Outstanding> reliable;  // null: none is known of
  std::uint64_t last_fanout = 0;          // so that overlapping subscriptions deliver once

  std::string address;

  struct Membership {
    TopicId topic;
    SubscriptionId subscription;
  };
  std::vector<Membership> subscriptions;  // in the order they were made

  // Registered and dormant actors only.
  std::string identity;      // of the session that holds or held it
  std::string connected_as;  // and what that session first called itself
  WallTime offline_since{};  // while it is not online
  MonoTime offline_until = never;
  std::uint64_t version = 0;

  // Registered actors only.
  std::vector<std::string> capabilities;
  std::string metadata;    // JSON object, as received
  std::string session_id;  // connectionId in listings
  WallTime registered_at{};
  WallTime expires_at{};
  MonoTime expires{};
  MonoTime armed = never;  // the earliest timer entry
  Millis ttl{};
  std::uint64_t registration = 0;   // names this registration; it survives renewals and moves
  std::uint64_t token_counter = 0;  // of the renewal token in force
  bool renew_on_heartbeat = false;
  bool acks = false;         // it acknowledges reliable messages
  bool drop_oldest = false;  // when its queue is full
  bool recovered = false;    // a token from the window a crash lost is accepted still

  bool online() const { return status == ActorStatus::online; }
  bool is_guest() const { return !registered && online(); }
  bool mail_waits() const { return mailbox != nullptr; }
  bool reliable_waits() const { return reliable && !reliable->waiting.empty(); }
};

}  // namespace signal_hub::core
