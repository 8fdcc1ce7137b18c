// The archive's port: questions about what is on disk, answered later (docs/openapi.yaml).
//
// Reads only; whoever answers never blocks the loop and never disturbs the store's writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::app {

struct DeadLetterFilter {
  std::string target;  // with `*` a glob over the address; empty: any
  std::string reason;  // exactly; empty: any
  std::optional<WallTime> dead_until;
  std::optional<WallTime> dead_after;
};

/// The last accepted first.
struct ListDeadLetters {
  DeadLetterFilter filter;
  std::optional<std::uint64_t> below;  // positions; nullopt: from the end
  std::size_t limit = 0;
};

struct FindDeadLetter {
  std::uint64_t position = 0;
};

/// Those at these positions, if there are any, that pass the filter; with their texts, the oldest
/// first.
struct ChooseDeadLetters {
  std::vector<std::uint64_t> positions;
  DeadLetterFilter filter;
  std::size_t limit = 0;
};

/// Of every sender, unless one is named.
struct FindMessage {
  std::string message_id;
  std::string sender;
};

/// When the oldest message waiting for each was accepted.
struct OldestWaiting {
  std::vector<std::string> targets;
};

using ArchiveQuery =
    std::variant<ListDeadLetters, FindDeadLetter, ChooseDeadLetters, FindMessage, OldestWaiting>;

/// A stored message, waiting or ended.
struct ArchivedMessage {
  std::uint64_t position = 0;
  std::string target;
  std::string sender;
  std::string message_id;
  std::optional<std::string> type;
  std::string state;  // as hub:status_response says
  std::optional<std::string> reason;
  std::optional<std::string> last_error;
  std::uint64_t attempts = 0;
  WallTime accepted_at{};
  std::optional<WallTime> ended_at{};
  std::optional<WallTime> expires_at{};
  std::uint64_t bytes = 0;
  std::string history = "[]";            // JSON array of {at, event, detail}
  std::optional<std::string> message{};  // JSON; of a single dead letter only
};

struct ArchiveAnswer {
  std::vector<ArchivedMessage> messages;
  std::vector<core::StoredMessage> letters;              // that were chosen
  bool more = false;                                     // of a list, or a choice
  std::vector<std::pair<std::string, WallTime>> oldest;  // those that have one
};

struct ArchiveReply {
  std::uint64_t ticket = 0;
  Result<ArchiveAnswer> answer;  // errors: why it cannot be read, a sentence without its end
};

class Archive {
 public:
  virtual ~Archive() = default;
  /// Never blocks; the loop is woken when the reply is there. False: too many wait already.
  virtual bool ask(std::uint64_t ticket, ArchiveQuery query) = 0;
  /// What was answered since the last call.
  virtual std::vector<ArchiveReply> take_replies() = 0;
};

}  // namespace signal_hub::app
