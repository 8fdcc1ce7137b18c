// Health: what an operator should know before users do, judged by thresholds (signal-hub(8),
// HEALTH).
//
// Judged every second, so that `since` is true and a change is logged, and anew when somebody asks.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/health_window.hpp"
#include "app/process.hpp"
#include "app/store.hpp"
#include "base/settings.hpp"
#include "core/effects.hpp"
#include "core/stats.hpp"

namespace signal_hub::app {

enum class HealthStatus : std::uint8_t { ok, degraded, unhealthy };
std::string_view name(HealthStatus status);

/// In the order of the answer.
enum class HealthCheck : std::uint8_t {
  store,
  journal,
  connections,
  actors,
  memory,
  queues,
  dead_letters,
  breakers,
  stale,
  disconnections,
  descriptors,
  loop,
  db_size,
  count_,
};

struct HealthCheckInfo {
  std::string_view name;
  std::string_view meaning;  // one sentence for the man page, with the value's unit
};
std::span<const HealthCheckInfo> health_check_table();

/// A level and what it may be; 0: no such threshold.
struct Verdict {
  HealthStatus status = HealthStatus::ok;
  std::uint64_t value = 0;
  std::uint64_t degraded_from = 0;
  std::uint64_t unhealthy_from = 0;
  WallTime since{};  // when it got this status
};

class Health {
 public:
  struct Input {
    const core::Stats& stats;
    const StoreFigures& store;
    const ProcessFigures& process;
    const Settings& settings;
    bool damaged = false;  // the database, as far as it was searched
  };

  /// The first judgement has every check `ok` since `started`.
  explicit Health(WallTime started);

  /// A second has passed, and the loop came to it so late.
  void second(const core::Stats& stats, Millis late) { window_.second(stats, late); }

  /// A turn of the loop has worked that long.
  void worked(std::uint64_t us) { window_.worked(us); }

  /// Events for the log where a status has changed.
  std::vector<core::Event> judge(const Input& in, Now now);

  const Verdict& verdict(HealthCheck check) const {
    return verdicts_[static_cast<std::size_t>(check)];
  }
  HealthStatus worst() const;

 private:
  HealthWindow window_;
  std::array<Verdict, static_cast<std::size_t>(HealthCheck::count_)> verdicts_;
};

}  // namespace signal_hub::app
