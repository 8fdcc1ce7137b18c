// Fan-outs: one message to many, in slices (PROTOCOL.md §4, "Order").
//
// Recipients are those registered or subscribed when the message was accepted. Small ones are done
// at once; larger ones a slice per turn, during which the sender's next messages and further
// publications on the topic wait.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/string_map.hpp"
#include "base/time.hpp"
#include "core/actor.hpp"
#include "core/open_request.hpp"
#include "core/publication.hpp"
#include "core/shared_tail.hpp"

namespace signal_hub::core {

struct State;

/// Of a reliable publication: it is stored for subscribers that acknowledged, or whose subscription
/// was durable, when it was accepted.
struct ReliableFanout {
  std::uint64_t next_position = 0;  // those for its recipients were set aside
  std::uint64_t since = 0;          // the journal's last entry before it
  std::size_t stored = 0;           // for so many
  std::size_t skipped = 0;          // recipients who have it from a refused attempt
  bool refused = false;             // the store did not take all of it
  Publication publication{};
};

struct Fanout {
  struct Recipient {
    ActorId actor;
    SubscriptionId subscription;  // invalid for a broadcast
    bool stored = false;          // for it, at a position that was set aside
  };
  ConnId sender;
  std::string topic;                   // empty for a broadcast
  std::optional<OpenRequest> request;  // nullopt: a tell, nobody is answered
  SharedTail tail;
  std::optional<WallTime> expires;  // from the ttl
  std::vector<Recipient> recipients;
  std::uint64_t accepted_us = 0;  // stopwatch
  std::uint64_t position = 0;     // behind all that was accepted before it
  std::size_t next = 0;
  std::size_t delivered = 0;
  std::size_t queued = 0;  // for those that are away
  std::size_t failed = 0;
  std::string sender_address;
  std::string message_id;
  std::optional<ReliableFanout> reliable{};
  std::uint8_t priority = 1;
};

/// The fan-outs that need more than the turn they came in.
struct Fanouts {
  std::list<Fanout> running;                   // round robin
  StringMap<std::deque<Fanout>> behind_topic;  // key present: the topic has a running one
  std::uint64_t counter = 0;                   // stamps Actor::last_fanout
  std::optional<MonoTime> slicing{};           // now, while a running one's slice is delivered
};

/// Delivers at once if it is small and nothing runs before it on its topic; else starts or queues
/// it, and the sender waits. Answers when the last slice is out.
void start_fanout(State& state, Fanout fanout, Now now);

/// One slice each of a bounded number of running fan-outs. Returns the senders that may go on.
std::vector<ConnId> run_fanout_slices(State& state, Now now);

}  // namespace signal_hub::core
