// What waits for a commit, as plain values in the order of the journal.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "core/actor_ids.hpp"
#include "core/load.hpp"
#include "core/notice.hpp"
#include "core/open_request.hpp"

namespace signal_hub::core {

/// An answer.
struct AnswerWait {
  OpenRequest request;
  std::string_view type;  // a constant
  std::string payload;
};

/// A message in a mailbox that becomes deliverable, and `queued` for who asked.
struct StoredWait {
  ActorId target;
  std::uint64_t position;
  OpenRequest request;
  bool answered;  // else its sender hears of failures only
};

/// A reliable publication: its answer, which has the payload.
struct PublicationWait {
  OpenRequest request;
  std::string payload;
  Publication publication;
};

/// One that was refused: it is forgotten on disk before its sender hears of it.
struct RefusedWait {
  std::unique_ptr<RefusedLoad> load;
};

/// A request whose id is that of a message on its way to the disk: the store is asked about it.
struct DuplicateWait {
  std::unique_ptr<DuplicateLoad> load;
  std::uint64_t position;
};

struct CommitWait {
  std::uint64_t first;  // entries first…last are its own
  std::uint64_t last;
  std::variant<AnswerWait, StoredWait, PublicationWait, RefusedWait, Notice, DuplicateWait> what;
  bool refused = false;  // one of its own, by an earlier commit than the last one's
};

using CommitWaits = std::deque<CommitWait>;

}  // namespace signal_hub::core
