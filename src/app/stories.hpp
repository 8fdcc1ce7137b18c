// What became of a stored message, as far as what is on disk can tell.
#pragma once

#include <string>
#include <string_view>

#include "app/archive.hpp"
#include "core/journal_entries.hpp"
#include "core/trail.hpp"

namespace signal_hub::app {

/// As hub:status_response says it (PROTOCOL.md §7).
std::string_view state_of(const core::StoredMessage& message);

/// From its arrival on, oldest first.
core::Trail history_of(const core::StoredMessage& message);

/// The same as a JSON array of {at, event, detail}.
std::string history_json(const core::StoredMessage& message);

/// All of it that is not in its text.
ArchivedMessage archived(const core::StoredMessage& message);

}  // namespace signal_hub::app
