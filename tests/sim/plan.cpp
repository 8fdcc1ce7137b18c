#include "plan.hpp"

namespace signal_hub::sim {
namespace {

template <class T, std::size_t N>
T pick(Dice& dice, const T (&all)[N]) {
  return all[dice.index(N)];
}

void plan_hub(Plan& plan, Dice& dice) {
  HubSettings& hub = plan.hub;
  hub.rate_limit = dice.chance(15) ? 10 : 0;
  hub.rate_burst = dice.chance(50) ? 100 : 10;
  hub.accept_rate = 0;
  hub.max_connections_per_ip = 0;
  hub.max_message_size = pick(dice, {std::size_t{20'000}, std::size_t{1'048'576}});
  hub.max_actors = dice.chance(10) ? 3 : 50'000;
  hub.fanout_slice = pick(
      dice, {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{100}});
  hub.broadcast_limit = dice.chance(10) ? 4 : 10'000;
  hub.pause_threshold = pick(dice, {std::size_t{2}, std::size_t{10}, std::size_t{1'000}});
  hub.resume_threshold = hub.pause_threshold / 2;
  hub.max_queue_bytes =
      pick(dice, {std::size_t{8'000}, std::size_t{60'000}, std::size_t{8} << 20U});
  hub.memory_limit =
      pick(dice, {std::size_t{60'000}, std::size_t{1} << 30U, std::size_t{1} << 30U});
  hub.actor_ttl = pick(dice, {Millis{2'000}, Millis{300'000}, Millis{300'000}});
  hub.idle_timeout = pick(dice, {Millis{5'000}, Millis{60'000}});
  hub.ping_interval = hub.idle_timeout / 3;
  hub.cleanup_interval = Millis{20'000};
  hub.dedupe_memory = dice.chance(10) ? 5 : 100'000;
  hub.grace = pick(dice, {Millis{0}, Millis{500}, Millis{3'000}, Millis{30'000}});
  hub.durable_ttl = pick(dice, {Millis{1'000}, Millis{60'000}});
  hub.queue_limit = pick(dice, {std::size_t{2}, std::size_t{20}, std::size_t{1'000}});
  hub.journal_limit = pick(dice, {std::size_t{5}, std::size_t{100'000}, std::size_t{100'000}});
}

void plan_network(Plan& plan, Dice& dice) {
  NetworkPlan& net = plan.network;
  net.delay_max = pick(dice, {Micros{100}, Micros{2'000}, Micros{50'000}});
  net.socket_bytes = pick(dice, {std::size_t{700}, std::size_t{8'000}, std::size_t{200'000}});
  net.read_bytes = pick(dice, {std::size_t{300}, std::size_t{4'000}, std::size_t{65'536}});
  net.read_pause = pick(dice, {Micros{10}, Micros{1'000}, Micros{20'000}});
  net.stall_max = pick(dice, {Micros{100'000}, Micros{3'000'000}, Micros{20'000'000}});
  net.slow_percent = pick(dice, {0U, 10U, 50U});
}

/// Each seed likes some deeds and ignores others: rare mixtures come up by themselves.
void plan_appetite(Plan& plan, Dice& dice) {
  for (unsigned& weight : plan.appetite) weight = pick(dice, {0U, 1U, 5U, 20U});
  const auto at = [&plan](Deed deed) -> unsigned& {
    return plan.appetite[static_cast<std::size_t>(deed)];
  };
  at(Deed::send) += 5;
  at(Deed::subscribe) += 2;
  at(Deed::publish) += 2;
  for (const Deed rare : {Deed::garbage, Deed::oversized, Deed::disconnect, Deed::close, Deed::drop,
                          Deed::vanish, Deed::stall, Deed::burst, Deed::unregister}) {
    at(rare) = (at(rare) + 4) / 5;
  }
}

void plan_habits(ReliablePlan& reliable, Dice& dice) {
  for (unsigned& weight : reliable.habits) weight = pick(dice, {0U, 1U, 1U, 5U});
  reliable.habits[static_cast<std::size_t>(Habit::prompt)] += pick(dice, {1U, 10U, 40U});
  unsigned& cut = reliable.habits[static_cast<std::size_t>(Habit::cut)];
  cut = (cut + 2) / 3;
}

/// From dice of its own: the worlds without it stay what they were.
void plan_reliable(Plan& plan, Dice dice) {
  if (dice.chance(25)) return;
  ReliablePlan& reliable = plan.reliable;
  reliable.percent = pick(dice, {20U, 60U, 95U});
  reliable.acks_percent = pick(dice, {50U, 90U, 100U});
  reliable.overflow_percent = pick(dice, {0U, 0U, 50U});
  reliable.ttl_percent = pick(dice, {0U, 10U, 50U});
  reliable.ttl_max = pick(dice, {Millis{50}, Millis{2'000}, Millis{60'000}});
  reliable.priority_percent = pick(dice, {0U, 30U});
  plan_habits(reliable, dice);
  HubSettings& hub = plan.hub;
  hub.ack_timeout = pick(dice, {Millis{50}, Millis{500}, Millis{3'000}});
  reliable.late_most = Micros{hub.ack_timeout} * 2;
  hub.max_attempts = pick(dice, {1U, 2U, 3U, 5U, 5U});
  hub.retry_base = pick(dice, {Millis{5}, Millis{100}, Millis{1'000}});
  hub.retry_cap = pick(dice, {Millis{50}, Millis{1'000}, Millis{5'000}});
  hub.ack_window =
      pick(dice, {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{8}, std::size_t{64}});
  hub.breaker_failures = pick(dice, {0U, 1U, 2U, 5U});
  hub.breaker_pause = pick(dice, {Millis{50}, Millis{1'000}, Millis{10'000}});
  hub.receipt_ttl = pick(dice, {Millis{600'000}, Millis{600'000}, Millis{2'000}});
  hub.dedupe_window = pick(dice, {Millis{3'600'000}, Millis{3'600'000}, Millis{2'000}});
  plan.store.refuse_percent = pick(dice, {0U, 0U, 10U});
  plan.clock_jumps = pick(dice, {std::size_t{0}, std::size_t{0}, std::size_t{2}});
  plan.appetite[static_cast<std::size_t>(Deed::send)] += pick(dice, {0U, 10U, 40U});
  plan.appetite[static_cast<std::size_t>(Deed::retry)] += pick(dice, {0U, 2U, 10U});
}

}  // namespace

Plan make_plan(std::uint64_t seed) {
  Dice dice(seed);
  Plan plan;
  plan.seed = seed;
  plan_hub(plan, dice);
  plan_network(plan, dice);
  plan_appetite(plan, dice);
  plan.clients = dice.between(2, 8);
  plan.topics = dice.between(1, 5);
  plan.shared_percent = pick(dice, {0U, 0U, 20U, 60U});
  plan.ask_percent = pick(dice, {30U, 70U, 100U});
  plan.large_percent = pick(dice, {0U, 2U, 30U});
  plan.obedience_percent = pick(dice, {0U, 90U, 100U});
  plan.think_max = pick(dice, {Micros{2'000}, Micros{20'000}, Micros{200'000}});
  plan.duration = plan.think_max * dice.between(20, 120);
  plan.durable_percent = pick(dice, {0U, 20U, 80U});
  plan.server.checkpoint_interval = pick(dice, {Millis{10}, Millis{250}, Millis{1'000}});
  plan.server.checkpoint_batch = pick(dice, {std::size_t{1}, std::size_t{10}, std::size_t{1'000}});
  plan.store.persistent = plan.hub.persistent = dice.chance(85);
  plan.store.fail_percent = pick(dice, {0U, 0U, 0U, 5U, 30U});
  plan.store.commit_max = pick(dice, {Micros{1'000}, Micros{20'000}, Micros{300'000}});
  plan.store.slow_percent = pick(dice, {0U, 0U, 10U});
  plan.crashes = pick(dice, {std::size_t{0}, std::size_t{0}, std::size_t{1}, std::size_t{3}});
  plan.stops = pick(dice, {std::size_t{0}, std::size_t{0}, std::size_t{1}});
  plan_reliable(plan, Dice(seed ^ 0x9e3779b97f4a7c15U));
  return plan;
}

}  // namespace signal_hub::sim
