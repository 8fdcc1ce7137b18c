// Commits: answers that leave only when what they speak of is on disk (DESIGN.md, durability
// contract).
//
// An answer waits for the journal entries appended up to it. While the store fails nothing new is
// promised; what waits goes on waiting, for its rows are kept and may still be written.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/actor_ids.hpp"
#include "core/notice.hpp"
#include "core/open_request.hpp"
#include "core/state.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::core {

/// Nothing can be promised now: refuses with a retryable internal_error and returns true.
bool refuse_promise(State& state, const OpenRequest& request, Now now);

/// Sends the answer when all that was appended so far is on disk; at once if it is. `since`: the
/// journal's last entry before the request; if one after it is refused by the store, so is the
/// request.
void answer_when_durable(State& state, OpenRequest request, std::string_view type,
                         std::string payload, std::uint64_t since, Now now);

/// Answers at once, or as answer_when_durable() if the request wants it `durable`.
void conclude(State& state, OpenRequest request, bool durable, std::string_view type,
              std::string payload, std::uint64_t since, Now now);

template <class Answer>
void conclude(State& state, OpenRequest request, bool durable, const Answer& a, std::uint64_t since,
              Now now) {
  std::string payload;
  wire::JsonWriter writer(payload);
  write_payload(writer, a);
  conclude(state, std::move(request), durable, Answer::type, std::move(payload), since, now);
}

/// When entry `seq`, the message at `position` that waits for `target`, is on disk, it may be
/// delivered, and `request` is answered `queued` if `answered`.
void queued_when_durable(State& state, OpenRequest request, bool answered, std::uint64_t seq,
                         ActorId target, std::uint64_t position, Now now);

/// A publication of which everything was appended since entry `since`: answered with `payload` when
/// that is on disk. Refused if the store refuses any of it, or has (`refused`).
void published_when_durable(State& state, OpenRequest request, std::string payload,
                            Publication publication, std::uint64_t since, bool refused, Now now);

/// For whom a refused one is stored.
void refused_loaded(State& state, RefusedLoad load, const Loaded& loaded, Now now);

/// Tells the sender of a message what became of it when entry `seq` is on disk.
void tell_when_durable(State& state, Notice notice, std::uint64_t seq, Now now);

/// Asks the store about the message at `position` when all that was appended so far is on disk.
void ask_when_durable(State& state, DuplicateLoad load, std::uint64_t position, Now now);

/// The store has refused something of what the request wanted kept.
void refuse_stored(State& state, const OpenRequest& request, Now now);

/// Everything up to `seq` is on disk but for the entries named in `refused` (ascending).
void commits_done(State& state, std::uint64_t seq, const std::vector<std::uint64_t>& refused,
                  Now now);

}  // namespace signal_hub::core
