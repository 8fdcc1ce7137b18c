// What became of a stored message, for people.
#pragma once

#include <string>

#include "base/time.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::cli {

/// A sentence without its end, then a line for each event.
std::string story_text(const core::StoredMessage& message);

/// 2026-11-21T11:10:00.000Z
std::string iso_time(WallTime time);

}  // namespace signal_hub::cli
