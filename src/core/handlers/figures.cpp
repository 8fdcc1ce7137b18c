// hub:queue_stats and hub:metrics (PROTOCOL.md §5).
#include <numeric>

#include "core/answers.hpp"
#include "core/handlers/handlers.hpp"

namespace signal_hub::core {

void handle(Context& c, const wire::QueueStats&) {
  const Outbox& outbox = c.session.outbox;
  const HubSettings& settings = c.state.settings;
  const bool paused = settings.pause_threshold != 0 && outbox.frames() > settings.pause_threshold;
  answer(c.state, c.request,
         wire::QueueStatsAnswer{outbox.frames(), outbox.bytes(),
                                c.session.processed.per_second(c.now.mono),
                                settings.pause_threshold, settings.resume_threshold, paused},
         c.now);
}

void handle(Context& c, const wire::Metrics&) {
  const Stats& stats = c.state.stats;
  const auto errors = std::accumulate(stats.errors.begin(), stats.errors.end(), std::uint64_t{0});
  answer(c.state, c.request,
         wire::MetricsAnswer{stats.messages_received, stats.messages_sent, errors,
                             stats.connections_opened, stats.connections_closed, stats.started,
                             c.now.wall},
         c.now);
}

}  // namespace signal_hub::core
