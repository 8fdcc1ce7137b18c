#include "core/log_events.hpp"

#include <array>

namespace signal_hub::core {
namespace {

using enum LogEvent;
using enum Severity;

constexpr std::array table{
    LogEventInfo{starting, "starting", info, "The process starts; carries version and pid."},
    LogEventInfo{listening, "listening", info,
                 "A listen address is open; `url` carries the real port."},
    LogEventInfo{draining, "draining", info,
                 "A stop was asked for; sessions are told and no connection is accepted."},
    LogEventInfo{stopped, "stopped", info, "The hub ends; carries the reason and the uptime."},
    LogEventInfo{
        reloaded, "reloaded", info,
        "The configuration was read again; `needsRestart` names what only a restart applies."},
    LogEventInfo{reload_failed, "reload_failed", error,
                 "The configuration, a key or a certificate cannot be used; nothing was changed."},
    LogEventInfo{stop_forced, "stop_forced", warn,
                 "A second signal or the drain timeout ended the hub before it was drained."},
    LogEventInfo{transport_log, "transport_log", warn,
                 "A warning of the WebSocket library, rate-limited."},
    LogEventInfo{state_summary, "state_summary", info, "SIGUSR2: the hub's figures."},
    LogEventInfo{state_session, "state_session", info,
                 "SIGUSR2: one of the ten sessions with the longest queues."},
    LogEventInfo{health_degraded, "health_degraded", warn,
                 "A check of /health became worse; carries check, status, value and threshold."},
    LogEventInfo{health_recovered, "health_recovered", info,
                 "A check of /health became better; carries for how long it was not."},
    LogEventInfo{log_lines_dropped, "log_lines_dropped", warn,
                 "Nobody read stdout fast enough; `count` lines are missing before this one."},
    LogEventInfo{admin_action, "admin_action", info,
                 "The operator did something through the administration API; carries action, "
                 "target, and whether it came over http or the socket."},
    LogEventInfo{admin_refused, "admin_refused", warn,
                 "The administration API was asked with a wrong token; at most one line a second, "
                 "with the count."},
    LogEventInfo{session_state, "session_state", info,
                 "A session changed its state; carries fromState, toState and trigger."},
    LogEventInfo{session_refused, "session_refused", warn, "hub:connect was refused."},
    LogEventInfo{connection_refused, "connection_refused", warn,
                 "Upgrades were refused by a limit; at most one line a second, with the count."},
    LogEventInfo{slow_consumer, "slow_consumer", warn,
                 "A session did not read fast enough and was cut."},
    LogEventInfo{idle_timeout, "idle_timeout", info,
                 "Nothing was heard of a session for --idle-timeout."},
    LogEventInfo{session_stale, "session_stale", info,
                 "A session had no message either way for --stale-after."},
    LogEventInfo{memory_limit_reached, "memory_limit_reached", error,
                 "Queues reached --memory-limit; the largest consumer was cut."},
    LogEventInfo{reading_paused, "reading_paused", debug,
                 "A sender that ignored hub:pause is not read for a while."},
    LogEventInfo{high_connection_rate, "high_connection_rate", warn,
                 "More connections a minute than --high-connection-rate."},
    LogEventInfo{thundering_herd_detected, "thundering_herd_detected", error,
                 "More connections a second than --herd-threshold."},
    LogEventInfo{slow_turn, "slow_turn", warn,
                 "One turn of the loop took longer than --slow-turn; carries what took longest."},
    LogEventInfo{actor_registered, "actor_registered", debug, "An address was registered."},
    LogEventInfo{actor_unregistered, "actor_unregistered", debug, "An address was given up."},
    LogEventInfo{actor_expired, "actor_expired", debug, "A registration was not renewed in time."},
    LogEventInfo{actor_replaced, "actor_replaced", info,
                 "An address moved to a newer session; the old one was told."},
    LogEventInfo{actor_away, "actor_away", debug,
                 "An actor's session was lost; it is away for --grace."},
    LogEventInfo{actor_resumed, "actor_resumed", debug,
                 "An actor that was offline is online again; carries for how long it was not."},
    LogEventInfo{recovered, "recovered", info,
                 "The state was read from the database; carries counts, the run number, whether "
                 "the run before ended cleanly, and the duration."},
    LogEventInfo{store_failed, "store_failed", error,
                 "The database could not be written; changes wait, nothing is promised, the hub "
                 "tries again."},
    LogEventInfo{store_recovered, "store_recovered", info,
                 "The database is written again; carries for how long it was not."},
    LogEventInfo{row_refused, "row_refused", error,
                 "The database refused changes for good; `count` of them were skipped."},
    LogEventInfo{journal_overflow, "journal_overflow", warn,
                 "More changes than --journal-limit waited; all actors and subscriptions will be "
                 "written anew."},
    LogEventInfo{wal_pinned, "wal_pinned", warn,
                 "A reader of the database keeps its write-ahead log above --wal-limit."},
    LogEventInfo{wal_released, "wal_released", info,
                 "The write-ahead log is below --wal-limit again."},
    LogEventInfo{database_damaged, "database_damaged", error,
                 "A search of the whole database found damage; carries what and where."},
    LogEventInfo{db_limit_reached, "db_limit_reached", warn,
                 "The database is larger than --db-limit; nothing more is promised."},
    LogEventInfo{db_limit_cleared, "db_limit_cleared", info,
                 "The database is no longer above --db-limit; messages are stored again."},
    LogEventInfo{stopped_unsaved, "stopped_unsaved", error,
                 "The hub stopped with `count` changes not on disk."},
    LogEventInfo{dead_lettered, "dead_lettered", debug,
                 "A stored message will not be delivered; carries its id and the reason."},
    LogEventInfo{breaker_opened, "breaker_opened", warn,
                 "Reliable messages to an actor failed too often in a row; it is left alone for "
                 "--breaker-pause."},
    LogEventInfo{breaker_closed, "breaker_closed", info,
                 "A reliable message has reached the actor again, or the actor is gone."},
    LogEventInfo{message_refused, "message_refused", debug,
                 "A request was answered with an error; carries its code."},
    LogEventInfo{message_traced, "message_traced", debug,
                 "A stage of a request with metadata.traceId: received, handled, refused, "
                 "answered."},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].event) != i) return false;
  }
  return true;
}
static_assert(in_order(), "info() indexes the table by event");

}  // namespace

std::span<const LogEventInfo> log_event_table() { return table; }

const LogEventInfo& info(LogEvent event) { return table[static_cast<std::size_t>(event)]; }

}  // namespace signal_hub::core
