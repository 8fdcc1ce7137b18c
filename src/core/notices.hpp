// Notices: what became of a stored message, told to its sender when that is on disk: now, or when
// the sender has come back (PROTOCOL.md §7).
#pragma once

#include <string_view>

#include "core/mailbox.hpp"
#include "core/notice.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

inline constexpr std::string_view dead_lettered = "dead_lettered";  // an outcome

void log_dead_letter(State& state, const Notice& notice);

/// What there is to tell about it; completed from the store if it is on disk only.
Notice notice_of(const Held& held, std::string_view target, std::string_view outcome,
                 std::string_view reason, Now now);

/// It is on disk: tells the sender, or remembers that it has something to fetch.
void announce(State& state, const Notice& notice, Now now);

/// The message of a notice that was on disk only.
void notice_loaded(State& state, Notice notice, const Loaded& loaded, Now now);

/// Somebody speaks as `sender` from now on: what it has not heard is asked of the store.
void fetch_receipts(State& state, std::string_view sender);

/// And told.
void receipts_loaded(State& state, const std::string& sender, const Loaded& loaded, Now now);

}  // namespace signal_hub::core
