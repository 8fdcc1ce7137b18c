// How often a situation came about. A simulator that never gets somewhere proves nothing about it:
// sim_test wants each of them to have happened, sim prints them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace signal_hub::sim {

enum class Situation : std::uint8_t {
  reliable_send_queued,
  reliable_publication_stored,
  delivery,
  redelivery,
  redelivery_after_restart,
  attempt_repeated_after_lost_bytes,
  acked,
  acked_on_a_later_link,
  acked_in_a_later_run,
  acked_after_the_timeout,
  acked_again,
  acked_in_bulk,
  ack_by_somebody_else,
  ack_lost_with_its_link,
  ack_timeout,
  attempt_lost_with_its_link,
  nack_that_gives_back,
  nack_for_good,
  dead_max_attempts,
  dead_expired,
  dead_nack,
  dead_overflow,
  dead_unsubscribed,
  dead_target_gone,
  receipt_acknowledged,
  receipt_delivered,
  receipt_dead_lettered,
  receipt_after_coming_back,
  receipt_after_a_restart,
  breaker_opened,
  breaker_closed,
  breaker_probed,
  breaker_probed_again,
  window_full,
  priority_overtook,
  refused_queue_full,
  refused_internal_error,
  refused_message_expired,
  row_refused,
  retry_before_the_answer,
  retry_after_the_answer,
  retry_after_a_restart,
  duplicate_answer,
  crash,
  crash_with_attempts_out,
  crash_between_commit_and_answer,
  crash_before_the_commit,
  crash_between_ack_and_commit,
  stop_with_attempts_out,
  clock_forwards,
  clock_backwards,
  undisturbed_delivery,
  nothing_left_at_the_end,
  count_,
};
inline constexpr std::size_t situation_count = static_cast<std::size_t>(Situation::count_);

std::string_view name(Situation situation);

class Tally {
 public:
  void add(Situation situation, std::uint64_t times = 1) {
    counts_[static_cast<std::size_t>(situation)] += times;
  }
  std::uint64_t of(Situation situation) const {
    return counts_[static_cast<std::size_t>(situation)];
  }
  void add(const Tally& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  }

 private:
  std::array<std::uint64_t, situation_count> counts_{};
};

}  // namespace signal_hub::sim
