// Dead letters straight in the file, by a process that is not the hub: reading them, also while it
// serves; letting them wait again and deleting them while none does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/dead_letters.hpp"
#include "base/result.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::adapters {

// Errors: a sentence without its end that names the file, what is wrong and what to do; then
// nothing was changed.

/// The newest first, `choice.most` of them; `with_texts`: their messages too.
Result<std::vector<app::DeadLetter>> list_dead_letters(const std::string& path,
                                                       const app::DeadLetterChoice& choice,
                                                       bool with_texts);

/// All in one transaction, oldest first: each waits for its target again as if it had been accepted
/// last, with a fresh count of attempts and, if it has expired, without an expiry.
Result<app::Requeued> requeue_dead_letters(const std::string& path,
                                           const app::DeadLetterChoice& choice, WallTime now);

/// How many were deleted.
Result<std::uint64_t> purge_dead_letters(const std::string& path,
                                         const app::DeadLetterChoice& choice);

/// What the file knows of the messages with this id, by position.
Result<std::vector<core::StoredMessage>> find_messages(const std::string& path,
                                                       const std::string& message_id,
                                                       const std::optional<std::string>& sender);

}  // namespace signal_hub::adapters
