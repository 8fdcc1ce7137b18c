#include "core/commits.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "core/answers.hpp"
#include "core/mailroom.hpp"
#include "core/receipts.hpp"

namespace signal_hub::core {
namespace {

Error not_stored(std::string message) {
  return {ErrorCode::internal_error,
          std::move(message),
          "Try again later; /health says what is wrong with the store.",
          {}};
}

void wait_for(State& state, CommitWait wait, Now now) {
  owe_answer(state, wait.request.reply_to.conn);
  const bool done = wait.last <= state.journal.durable_seq();
  const std::uint64_t seq = wait.last;
  state.commit_waits.push_back(std::move(wait));
  if (done) return commits_done(state, seq, {}, now);
  state.journal.hurry();
}

bool was_refused(const CommitWait& wait, const std::vector<std::uint64_t>& refused) {
  const auto at = std::lower_bound(refused.begin(), refused.end(), wait.first);
  return at != refused.end() && *at <= wait.last;
}

void drop_message(State& state, const CommitWait& wait) {
  Actor* actor = state.registry.find(wait.target);
  if (actor == nullptr || !take_mail(state, *actor, wait.position)) return;
  if (actor->online()) state.mail_due.push_back(wait.target);  // what waited behind it
}

void mark_committed(State& state, const CommitWait& wait) {
  Actor* actor = state.registry.find(wait.target);
  if (actor == nullptr || !actor->mailbox) return;
  Held* held = actor->mailbox->at_position(wait.position);
  if (held == nullptr) return;
  held->committed = true;
  if (state.settings.persistent && actor->mailbox->bytes_here() > limits::mailbox_bytes_here) {
    actor->mailbox->leave_on_disk(*held);
  }
  if (actor->online()) state.mail_due.push_back(wait.target);
}

void settle(State& state, const CommitWait& wait, bool refused, Now now) {
  if (refused) {
    if (wait.target.valid()) drop_message(state, wait);
    refuse(state, wait.request, not_stored("The store refused what the request asked to keep."),
           now);
  } else if (wait.error) {
    refuse(state, wait.request, *wait.error, now);
  } else {
    if (wait.target.valid()) mark_committed(state, wait);
    answer_encoded(state, wait.request, wait.type, wait.payload, {}, now);
  }
  paid_answer(state, wait.request.reply_to.conn);
}

}  // namespace

bool refuse_promise(State& state, const OpenRequest& request, Now now) {
  if (!state.store_failing) return false;
  refuse(state, request, not_stored("The hub cannot store anything at the moment."), now);
  return true;
}

void answer_when_durable(State& state, OpenRequest request, std::string_view type,
                         std::string payload, std::uint64_t since, Now now) {
  const std::uint64_t last = state.journal.last_seq();
  wait_for(state,
           {since + 1, last, std::move(request), std::string(type), std::move(payload), {}, {}, 0},
           now);
}

void conclude(State& state, OpenRequest request, bool durable, std::string_view type,
              std::string payload, std::uint64_t since, Now now) {
  if (!durable) return answer_encoded(state, request, type, payload, {}, now);
  answer_when_durable(state, std::move(request), type, std::move(payload), since, now);
}

void queued_when_durable(State& state, OpenRequest request, std::uint64_t seq, ActorId target,
                         std::uint64_t position, Now now) {
  std::string payload;
  wire::JsonWriter writer(payload);
  write_payload(writer, wire::DeliveryAck{request.message_id, now.wall, "queued"});
  wait_for(state,
           {seq,
            seq,
            std::move(request),
            std::string(wire::DeliveryAck::type),
            std::move(payload),
            {},
            target,
            position},
           now);
}

void dead_lettered_when_durable(State& state, OpenRequest request, std::uint64_t seq, Error error,
                                Now now) {
  wait_for(state, {seq, seq, std::move(request), {}, {}, std::move(error), {}, 0}, now);
}

void commits_done(State& state, std::uint64_t seq, const std::vector<std::uint64_t>& refused,
                  Now now) {
  CommitWaits& waits = state.commit_waits;
  while (!waits.empty() && waits.front().last <= seq) {
    const CommitWait wait = std::move(waits.front());
    waits.pop_front();
    settle(state, wait, was_refused(wait, refused), now);
  }
}

}  // namespace signal_hub::core
