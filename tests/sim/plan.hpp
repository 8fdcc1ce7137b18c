// The plan of one run, drawn from its seed: how the hub is set, how the network is, how many
// clients there are, what they like to do, and what befalls them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/settings.hpp"
#include "dice.hpp"

namespace signal_hub::sim {

/// What a client may do next. `count_` is their number.
enum class Deed : std::uint8_t {
  send,
  broadcast,
  publish,
  subscribe,
  unsubscribe,
  register_again,
  register_extra,
  unregister,
  renew,
  discover,
  heartbeat,
  ping,
  figures,
  retry,
  burst,
  garbage,
  oversized,
  disconnect,
  close,
  drop,
  vanish,
  stall,
  count_,
};
inline constexpr std::size_t deed_count = static_cast<std::size_t>(Deed::count_);

struct NetworkPlan {
  Micros delay_min{50};
  Micros delay_max{2'000};
  std::size_t socket_bytes = 65'536;  // what the kernel takes of a client that does not read
  std::size_t read_bytes = 16'384;    // what a client reads at once
  Micros read_pause{100};             // between two reads
  Micros stall_max{5'000'000};
  // To see that it is noticed: forwarded messages that nobody sees leave.
  unsigned swallow_percent = 0;
  unsigned slow_percent = 10;  // of clients: small sockets, long pauses
};

struct StorePlan {
  Micros commit_min{200};
  Micros commit_max{5'000};
  unsigned slow_percent = 0;  // of commits: many times longer
  unsigned fail_percent = 0;  // of commits: the store then fails for a while
  // To see that it is noticed: commits that are reported, but not done.
  unsigned forget_percent = 0;
  unsigned refuse_percent = 0;  // of rows of messages: refused for good
  bool persistent = true;       // false: nothing survives the process
};

/// What a client does with a reliable delivery. `count_` is their number.
enum class Habit : std::uint8_t {
  prompt,
  late,  // after a while, over whatever link it has then
  never,
  twice,
  bulk,       // with others, later
  give_back,  // a nack that wants another attempt
  refuse,     // a nack for good
  cut,        // acknowledges, and its connection breaks
  count_,
};
inline constexpr std::size_t habit_count = static_cast<std::size_t>(Habit::count_);

struct ReliablePlan {
  unsigned percent = 0;              // of sends and publications: at least once
  unsigned acks_percent = 80;        // of clients: register as acknowledging
  unsigned ack_topics_percent = 50;  // of subscriptions: acknowledge
  unsigned overflow_percent = 0;     // of clients: the oldest in their queue makes room
  unsigned ttl_percent = 0;          // of messages
  Millis ttl_max{1'000};
  unsigned priority_percent = 0;  // of messages: not the usual one
  Micros late_most{1'000'000};
  std::array<unsigned, habit_count> habits{};  // weights
};

struct Plan {
  std::uint64_t seed = 0;
  HubSettings hub;
  ServerSettings server;
  NetworkPlan network;
  StorePlan store;
  ReliablePlan reliable;
  std::size_t clients = 4;
  std::size_t topics = 4;
  unsigned shared_percent = 0;  // of clients: use the address of another
  unsigned ask_percent = 70;
  unsigned durable_percent = 20;    // of what can be asked for durably
  unsigned large_percent = 2;       // of payloads: past the size from which they are shared
  unsigned obedience_percent = 90;  // of pauses: honoured
  Micros think_max{100'000};
  Micros duration{10'000'000};
  std::size_t crashes = 0;
  std::size_t stops = 0;
  std::size_t clock_jumps = 0;
  std::array<unsigned, deed_count> appetite{};  // weights, by deed
};

Plan make_plan(std::uint64_t seed);

}  // namespace signal_hub::sim
