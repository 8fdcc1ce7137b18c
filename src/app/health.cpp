#include "app/health.hpp"

#include <algorithm>

namespace signal_hub::app {
namespace {

// Fewer lost connections than this within a minute are no pattern.
constexpr std::uint64_t least_lost = 10;

constexpr std::array<HealthCheckInfo, static_cast<std::size_t>(HealthCheck::count_)> table{{
    {"store",
     "1 while the database can be written and is whole; a pinned write-ahead log degrades."},
    {"journal", "Age of the oldest change that is not on disk, in milliseconds."},
    {"connections", "Open connections, against --max-connections."},
    {"actors", "Registered actors, against --max-actors."},
    {"memory", "Bytes in queues and unfinished messages, against --memory-limit."},
    {"queues", "Messages in all outbound queues."},
    {"dead_letters", "Stored messages that died within the last 15 minutes."},
    {"breakers", "Targets whose deliveries are suspended because they failed too often."},
    {"stale", "Percentage of connections without a message either way for --stale-after."},
    {"disconnections",
     "Percentage of the last minute's connections that ended other than by their clients' wish; 0 "
     "below 10 of them."},
    {"descriptors", "Percentage of file descriptors in use."},
    {"loop", "The longest the loop was late or worked in one turn within 10 seconds, in ms."},
    {"db_size", "Bytes of the database, against --db-limit."},
}};

HealthStatus level(const Verdict& v) {
  if (v.unhealthy_from != 0 && v.value >= v.unhealthy_from) return HealthStatus::unhealthy;
  if (v.degraded_from != 0 && v.value >= v.degraded_from) return HealthStatus::degraded;
  return HealthStatus::ok;
}

Verdict measured(std::uint64_t value, std::uint64_t degraded, std::uint64_t unhealthy = 0) {
  Verdict v{HealthStatus::ok, value, degraded, unhealthy, {}};
  v.status = level(v);
  return v;
}

Verdict timed(Millis value, Millis degraded, Millis unhealthy) {
  const auto ms = [](Millis time) { return static_cast<std::uint64_t>(time.count()); };
  return measured(ms(value), ms(degraded), ms(unhealthy));
}

std::uint64_t percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : (100 * part + whole - 1) / whole;  // a bit more than 10 is above 10
}

/// More than so many percent; 0 is no threshold.
std::uint64_t above(std::uint32_t share) { return share == 0 ? 0 : share + 1; }

Verdict judge_store(const Health::Input& in) {
  const bool bad = in.stats.store_failing || in.damaged;
  Verdict v{HealthStatus::ok, bad ? 0U : 1U, 0, 0, {}};
  if (in.store.wal_pinned) v.status = HealthStatus::degraded;
  if (bad) v.status = HealthStatus::unhealthy;
  return v;
}

Verdict judge_one(HealthCheck check, const Health::Input& in, const HealthWindow& window) {
  const core::Stats& s = in.stats;
  const HubSettings& hub = in.settings.hub;
  const ServerSettings& set = in.settings.server;
  // Nine tenths; 0 stays no limit.
  const auto most_of = [](std::size_t limit) { return limit - limit / 10; };
  switch (check) {
    case HealthCheck::store: return judge_store(in);
    case HealthCheck::journal:
      return timed(s.journal_lag, set.degraded_journal_lag, set.unhealthy_journal_lag);
    // Full is a limit doing its work: others are still served.
    case HealthCheck::connections: return measured(s.connections, most_of(hub.max_connections));
    case HealthCheck::actors: return measured(s.actors, most_of(hub.max_actors));
    case HealthCheck::memory:
      return measured(s.queued_bytes + s.reassembly_bytes, most_of(hub.memory_limit),
                      hub.memory_limit);
    case HealthCheck::queues: return measured(s.queued_frames, set.degraded_queue_depth);
    case HealthCheck::dead_letters:
      return measured(window.dead_letters(s), set.degraded_dead_letters);
    case HealthCheck::breakers: return measured(s.breakers_open, 1);
    case HealthCheck::stale:
      return measured(percent(s.sessions_stale, s.connections), above(set.degraded_stale));
    case HealthCheck::disconnections:
      return measured(window.lost_percent(s, least_lost), above(set.degraded_disconnections));
    case HealthCheck::descriptors:
      return measured(percent(in.process.open_fds, in.process.max_fds), set.degraded_descriptors,
                      set.unhealthy_descriptors);
    case HealthCheck::loop:
      return timed(window.loop_lag(), set.degraded_loop_lag, set.unhealthy_loop_lag);
    case HealthCheck::db_size:
      return measured(in.store.db_bytes, set.db_limit == 0 ? 0 : set.db_limit + 1);
    case HealthCheck::count_: break;
  }
  return {};
}

core::Event change(HealthCheck check, const Verdict& before, const Verdict& v, Now now) {
  const bool worse = v.status > before.status;
  core::Event event{worse ? core::LogEvent::health_degraded : core::LogEvent::health_recovered, {}};
  event.fields = {{"check", std::string(table.at(static_cast<std::size_t>(check)).name)},
                  {"status", std::string(name(v.status))},
                  {"value", static_cast<std::int64_t>(v.value)}};
  if (v.degraded_from != 0) {
    event.fields.push_back({"threshold", static_cast<std::int64_t>(v.degraded_from)});
  }
  event.fields.push_back({"duration", (now.wall - before.since).count()});
  return event;
}

}  // namespace

std::string_view name(HealthStatus status) {
  switch (status) {
    case HealthStatus::ok: return "ok";
    case HealthStatus::degraded: return "degraded";
    case HealthStatus::unhealthy: return "unhealthy";
  }
  return "";
}

std::span<const HealthCheckInfo> health_check_table() { return table; }

Health::Health(WallTime started) {
  for (Verdict& v : verdicts_) v.since = started;
}

std::vector<core::Event> Health::judge(const Input& in, Now now) {
  std::vector<core::Event> changes;
  for (std::size_t i = 0; i < verdicts_.size(); ++i) {
    const auto check = static_cast<HealthCheck>(i);
    Verdict v = judge_one(check, in, window_);
    const Verdict& before = verdicts_[i];
    v.since = v.status == before.status ? before.since : now.wall;
    if (v.status != before.status) changes.push_back(change(check, before, v, now));
    verdicts_[i] = v;
  }
  return changes;
}

HealthStatus Health::worst() const {
  HealthStatus worst = HealthStatus::ok;
  for (const Verdict& v : verdicts_) worst = std::max(worst, v.status);
  return worst;
}

}  // namespace signal_hub::app
