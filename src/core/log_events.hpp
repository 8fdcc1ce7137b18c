// Every log event by name: the one table that the log, the man page and the drift test share.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace signal_hub::core {

enum class Severity : std::uint8_t { debug, info, warn, error };

enum class LogEvent : std::uint8_t {
  // process
  starting,
  listening,
  draining,
  stopped,
  reloaded,
  reload_failed,
  stop_forced,
  transport_log,
  state_summary,
  state_session,
  health_degraded,
  health_recovered,
  log_lines_dropped,
  admin_action,
  admin_refused,
  // sessions
  session_state,
  session_refused,
  connection_refused,
  slow_consumer,
  idle_timeout,
  session_stale,
  memory_limit_reached,
  reading_paused,
  // load
  high_connection_rate,
  thundering_herd_detected,
  slow_turn,
  // registry
  actor_registered,
  actor_unregistered,
  actor_expired,
  actor_replaced,
  actor_away,
  actor_resumed,
  // durability
  recovered,
  store_failed,
  store_recovered,
  row_refused,
  journal_overflow,
  wal_pinned,
  wal_released,
  database_damaged,
  db_limit_reached,
  db_limit_cleared,
  stopped_unsaved,
  dead_lettered,
  breaker_opened,
  breaker_closed,
  // messages, debug only
  message_refused,
  message_traced,
};

struct LogEventInfo {
  LogEvent event;
  std::string_view name;
  Severity severity;
  std::string_view meaning;  // one sentence for the man page
};

/// All rows, in the order of the enumeration.
std::span<const LogEventInfo> log_event_table();

const LogEventInfo& info(LogEvent event);

}  // namespace signal_hub::core
