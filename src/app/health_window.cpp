#include "app/health_window.hpp"

namespace signal_hub::app {

std::uint64_t lost_connections(const core::Stats& stats) {
  const auto ended = [&stats](core::Outcome outcome) {
    return stats.closed[static_cast<std::size_t>(outcome)];
  };
  return stats.connections_closed - ended(core::Outcome::closed) - ended(core::Outcome::disconnect);
}

void HealthWindow::second(const core::Stats& stats, Millis late) {
  const auto late_us = static_cast<std::uint64_t>(std::max<std::int64_t>(0, late.count())) * 1'000;
  worked(late_us);
  churn_[at_ % churn_seconds] = {stats.connections_opened, lost_connections(stats),
                                 stats.connections};
  if (at_ % 60 == 0) dead_[at_ / 60 % dead_minutes] = stats.dead_lettered;
  ++at_;
  lag_us_[at_ % lag_seconds] = 0;
}

Millis HealthWindow::loop_lag() const {
  const std::uint64_t longest = *std::max_element(lag_us_.begin(), lag_us_.end());
  return Millis{static_cast<std::int64_t>(longest / 1'000)};
}

std::uint64_t HealthWindow::lost_percent(const core::Stats& stats, std::uint64_t least) const {
  // Before a minute has passed the oldest entry is that of the start: nothing.
  const Sample& before = churn_[at_ % churn_seconds];
  const std::uint64_t lost = lost_connections(stats) - before.lost;
  if (lost < least) return 0;
  const std::uint64_t all = before.open + stats.connections_opened - before.opened;
  return (100 * lost + all - 1) / all;
}

std::uint64_t HealthWindow::dead_letters(const core::Stats& stats) const {
  // The oldest entry is the next to be overwritten.
  return stats.dead_lettered - dead_[(at_ + 59) / 60 % dead_minutes];
}

}  // namespace signal_hub::app
