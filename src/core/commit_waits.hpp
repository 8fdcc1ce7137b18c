// What waits for a commit, as plain values in the order of the journal.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "core/actor_ids.hpp"
#include "core/open_request.hpp"

namespace signal_hub::core {

struct CommitWait {
  std::uint64_t first;  // entries first…last are its own
  std::uint64_t last;
  OpenRequest request;
  std::string type;  // the answer
  std::string payload;
  std::optional<Error> error;  // or this one
  // A message in a mailbox that becomes deliverable.
  ActorId target;
  std::uint64_t position = 0;
};

using CommitWaits = std::deque<CommitWait>;

}  // namespace signal_hub::core
