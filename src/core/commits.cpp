#include "core/commits.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/limits.hpp"
#include "core/answers.hpp"
#include "core/loads.hpp"
#include "core/mailroom.hpp"
#include "core/notices.hpp"
#include "core/receipts.hpp"

namespace signal_hub::core {
namespace {

Error not_stored(std::string message) {
  return {ErrorCode::internal_error,
          std::move(message),
          "Try again later; /health says what is wrong with the store.",
          {}};
}

ConnId owed(const OpenRequest& request, const Publication& publication) {
  return publication.answered ? request.reply_to.conn : ConnId{};
}

/// Who is owed an answer by it; nobody if it is only told of failures.
ConnId owed(const CommitWait& wait) {
  if (const auto* a = std::get_if<AnswerWait>(&wait.what)) return a->request.reply_to.conn;
  if (const auto* p = std::get_if<PublicationWait>(&wait.what))
    return owed(p->request, p->publication);
  if (const auto* r = std::get_if<RefusedWait>(&wait.what))
    return owed(r->load->request, r->load->publication);
  const auto* stored = std::get_if<StoredWait>(&wait.what);
  return stored != nullptr && stored->answered ? stored->request.reply_to.conn : ConnId{};
}

void wait_for(State& state, CommitWait wait, Now now) {
  owe_answer(state, owed(wait));
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

/// A committed text beyond the head of its mailbox leaves memory; sooner if nobody is there.
void spare_memory(const State& state, const Actor& actor, Held& held) {
  Mailbox& box = held.reliable ? actor.reliable->waiting : *actor.mailbox;
  const std::size_t head = limits::mailbox_head_bytes * (actor.online() ? 4 : 1);
  const bool crowded = !actor.online() && state.shared_bytes > limits::stored_bytes_here;
  if (crowded || box.bytes_here() > head) box.leave_on_disk(held);
}

void mark_committed(State& state, ActorId id, std::uint64_t position) {
  Actor* actor = state.registry.find(id);
  Held* held = actor != nullptr ? find_mail(*actor, position) : nullptr;
  if (held == nullptr) return;
  held->committed = true;
  if (state.settings.persistent) spare_memory(state, *actor, *held);
  if (actor->online()) state.mail_due.push_back(id);
}

void settle(State& state, const AnswerWait& wait, bool refused, Now now) {
  if (refused) return refuse_stored(state, wait.request, now);
  answer_encoded(state, wait.request, wait.type, wait.payload, {}, now);
}

void settle(State& state, const StoredWait& wait, bool refused, Now now) {
  if (refused) {
    Actor* actor = state.registry.find(wait.target);
    if (actor != nullptr && take_mail(state, *actor, wait.position)) {
      if (actor->online()) state.mail_due.push_back(wait.target);  // what waited behind it
    }
    if (!wait.request.message_id.empty()) refuse_stored(state, wait.request, now);
    return;
  }
  mark_committed(state, wait.target, wait.position);
  if (!wait.answered) {
    state.dedupe.forget(wait.request.retry);
    return;
  }
  answer(state, wait.request, wire::DeliveryAck{wait.request.message_id, now.wall, "queued"}, now);
}

/// Not remembered, a retry is stored for those it is not stored for yet.
void settle(State& state, const PublicationWait& wait, bool refused, Now now) {
  if (refused) {
    const std::uint64_t seq =
        state.journal.append_urgent(PublicationGone{wait.publication.position}, now.mono);
    auto load = std::make_unique<RefusedLoad>(RefusedLoad{wait.request, wait.publication});
    return wait_for(state, {seq, seq, RefusedWait{std::move(load)}}, now);
  }
  if (!wait.publication.answered) {
    state.dedupe.forget(wait.request.retry);
    return;
  }
  answer_encoded(state, wait.request, wire::Published::type, wait.payload, {}, now);
}

void settle(State& state, const RefusedWait& wait, bool, Now) {
  owe_answer(state, owed(wait.load->request, wait.load->publication));
  const Publication& p = wait.load->publication;
  ask_store(state, LoadRequest::Range{p.position + 1, p.position + p.stored},
            std::move(*wait.load));
}

void settle(State& state, const DuplicateWait& wait, bool, Now) {
  ask_store(state, LoadRequest::Range{wait.position, wait.position}, std::move(*wait.load));
}

/// What is told is true even if the store refused to write it down.
void settle(State& state, const Notice& notice, bool, Now now) { announce(state, notice, now); }

/// What a later commit concludes, or is not concluded yet, hears of it then.
void note_refused(State& state, const std::vector<std::uint64_t>& refused) {
  if (refused.empty()) return;
  for (CommitWait& wait : state.commit_waits) {
    wait.refused = wait.refused || was_refused(wait, refused);
  }
  const auto note = [&refused](Fanout& fanout) {
    if (fanout.reliable && fanout.reliable->since < refused.back()) fanout.reliable->refused = true;
  };
  for (Fanout& fanout : state.fanouts.running) note(fanout);
  for (auto& [topic, waiting] : state.fanouts.behind_topic) {
    for (Fanout& fanout : waiting) note(fanout);
  }
}

}  // namespace

void refuse_stored(State& state, const OpenRequest& request, Now now) {
  refuse(state, request, not_stored("The store refused what the request asked to keep."), now);
}

bool refuse_promise(State& state, const OpenRequest& request, Now now) {
  if (state.store_failing) {
    refuse(state, request, not_stored("The hub cannot store anything at the moment."), now);
  } else if (state.store_full) {
    refuse(state, request,
           Error{ErrorCode::queue_full,
                 "The database has reached --db-limit; nothing more is stored.",
                 "Try again after messages have been delivered, or raise --db-limit.",
                 {}},
           now);
  } else {
    return false;
  }
  return true;
}

void answer_when_durable(State& state, OpenRequest request, std::string_view type,
                         std::string payload, std::uint64_t since, Now now) {
  wait_for(state,
           {since + 1, state.journal.last_seq(),
            AnswerWait{std::move(request), type, std::move(payload)}},
           now);
}

void conclude(State& state, OpenRequest request, bool durable, std::string_view type,
              std::string payload, std::uint64_t since, Now now) {
  if (!durable) return answer_encoded(state, request, type, payload, {}, now);
  answer_when_durable(state, std::move(request), type, std::move(payload), since, now);
}

void queued_when_durable(State& state, OpenRequest request, bool answered, std::uint64_t seq,
                         ActorId target, std::uint64_t position, Now now) {
  wait_for(state, {seq, seq, StoredWait{target, position, std::move(request), answered}}, now);
}

void published_when_durable(State& state, OpenRequest request, std::string payload,
                            Publication publication, std::uint64_t since, bool refused, Now now) {
  PublicationWait wait{std::move(request), std::move(payload), std::move(publication)};
  wait_for(state, {since + 1, state.journal.last_seq(), std::move(wait), refused}, now);
}

void refused_loaded(State& state, RefusedLoad load, const Loaded& loaded, Now now) {
  // If it could not be read a retry is for all: better twice than never.
  std::vector<std::string>& served = load.publication.served;
  for (const StoredMessage& row : loaded.rows) served.push_back(row.target);
  if (!loaded.failed) {
    state.partly_stored.add({load.publication.id_hash, load.request.digest, std::move(served)});
  }
  refuse_stored(state, load.request, now);
  paid_answer(state, owed(load.request, load.publication));
}

void tell_when_durable(State& state, Notice notice, std::uint64_t seq, Now now) {
  wait_for(state, {seq, seq, std::move(notice)}, now);
}

void ask_when_durable(State& state, DuplicateLoad load, std::uint64_t position, Now now) {
  const std::uint64_t last = state.journal.last_seq();
  wait_for(state,
           {last, last, DuplicateWait{std::make_unique<DuplicateLoad>(std::move(load)), position}},
           now);
}

void commits_done(State& state, std::uint64_t seq, const std::vector<std::uint64_t>& refused,
                  Now now) {
  note_refused(state, refused);
  CommitWaits& waits = state.commit_waits;
  while (!waits.empty() && waits.front().last <= seq) {
    const CommitWait wait = std::move(waits.front());
    waits.pop_front();
    std::visit([&](const auto& what) { settle(state, what, wait.refused, now); }, wait.what);
    paid_answer(state, owed(wait));
  }
}

}  // namespace signal_hub::core
