// What became of a stored message, for people and for programs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "core/journal_entries.hpp"
#include "core/trail.hpp"

namespace signal_hub::cli {

/// As hub:status_response says it (PROTOCOL.md §7), as far as a file can know.
std::string_view state_of(const core::StoredMessage& message);

/// From its arrival on, oldest first.
core::Trail history_of(const core::StoredMessage& message);

/// A sentence without its end, then a line for each event.
std::string story_text(const core::StoredMessage& message);

/// A JSON array of {at, event, detail}.
std::string history_json(const core::StoredMessage& message);

/// 2026-11-21T11:10:00.000Z
std::string iso_time(WallTime time);

}  // namespace signal_hub::cli
