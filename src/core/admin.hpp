// The operator's hand in the hub: views of what is there, page by page, and a few actions.
//
// A handle on the hub's state, made by Hub::admin() for one call; as deterministic as the hub.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "core/admin_views.hpp"
#include "core/fates.hpp"
#include "core/operator_messages.hpp"

namespace signal_hub::core {

struct State;

/// What a kick has ended.
struct Kicked {
  std::size_t sessions = 0;
  std::size_t actors = 0;
};

class Admin {
 public:
  explicit Admin(State& state) : state_(state) {}

  // Lists. `limit` is at least 1.
  Page<SessionView> sessions(const SessionFilter& filter, const PageStart& start, std::size_t limit,
                             Now now) const;
  /// Registered ones in byte order of their addresses, then dormant ones.
  Page<ActorView> actors(const ActorFilter& filter, const PageStart& start,
                         std::size_t limit) const;
  Page<TopicView> topics(const TextFilter& search, const PageStart& start, std::size_t limit) const;
  /// Of exactly this name or pattern.
  Page<SubscriptionView> subscriptions(std::string_view topic, const PageStart& start,
                                       std::size_t limit) const;
  Page<QueueView> queues(const TextFilter& search, const PageStart& start, std::size_t limit) const;

  // Single ones; nullopt: there is none.
  /// `backed_up` as in SessionFilter.
  std::optional<SessionView> session(std::string_view session_id,
                                     const std::function<bool(ConnId)>& backed_up, Now now) const;
  std::optional<ActorView> actor(std::string_view address) const;

  /// Ends the session as one that the operator does not want: hub:disconnect `admin`, an unclean
  /// end for its actors. Nullopt: there is none, or it is ending already.
  std::optional<Kicked> kick_session(std::string_view session_id, Now now);

  /// Ends a registration, and the session that holds it; a dormant actor is forgotten. Nullopt:
  /// there is none.
  std::optional<Kicked> kick_actor(std::string_view address, Now now);

  /// What became of recent messages with this id that were not stored; of any sender if it is
  /// empty.
  std::vector<Fate> fates(std::string_view message_id, std::string_view sender) const;

  /// What is going on with a stored message that waits; nullopt: it waits for its turn.
  struct Progress {
    std::string_view state;  // delivering or retrying
    std::uint32_t attempts;
    std::optional<WallTime> next_attempt_at;
  };
  std::optional<Progress> progress(std::string_view target, std::uint64_t position, Now now) const;

  /// A dead letter, with its text, waits for its target again. The error: it is one still.
  std::optional<Error> requeue(const StoredMessage& letter, Now now);

  /// Forgets a dead letter.
  void purge(std::uint64_t position, Now now);

  /// Goes the way of a client's message. The answer, which may be there at once or come after a
  /// commit or a fan-out, is in take_answers() with the ticket returned here.
  std::uint64_t submit(const OperatorMessage& message, Now now);

  /// Clears `out` first.
  void take_answers(std::vector<OperatorAnswer>& out);

 private:
  State& state_;
};

}  // namespace signal_hub::core
