// Rows of the tables: from and to the values of core. Times are epoch milliseconds.
#pragma once

#include <SQLiteCpp/Statement.h>

#include "core/journal_entries.hpp"

namespace signal_hub::adapters {

// Columns and parameters are in the order of the table's columns. What is bound refers to the row,
// which must outlive the execution. Throw SQLite::Exception.

inline constexpr const char* actor_columns =
    "address, capabilities, metadata, identity, connected_as, connection_id, status, "
    "offline_since, registered_at, expires_at, ttl_ms, version, registration, token_counter, "
    "renew_on_heartbeat, crashes, acks, drop_oldest";

void bind_actor(SQLite::Statement& statement, const core::ActorRow& row);
core::ActorRow read_actor(SQLite::Statement& statement);

void bind_subscription(SQLite::Statement& statement, const core::SubscriptionRow& row);
core::SubscriptionRow read_subscription(SQLite::Statement& statement);

/// The stored text is an object for people and json_extract(); the tail lacks its `{`.
inline constexpr char message_opening = '{';

/// SQLite's integers are signed; positions and counters stay below 2^63.
inline std::int64_t stored(std::uint64_t number) { return static_cast<std::int64_t>(number); }

}  // namespace signal_hub::adapters
