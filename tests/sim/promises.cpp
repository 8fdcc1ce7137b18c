// What is stored, and why it may end.
#include "promises.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace signal_hub::sim {
namespace {

// Between a message's acceptance and its commit.
constexpr Micros commit_slack{10'000'000};

// Why the messages of a target that leaves are dead.
constexpr std::array<std::string_view, 8> leavings{
    "expired",         "away_too_long", "unregistered", "registered_afresh",
    "connection_lost", "durable_ttl",   "target_gone",  "session_ended"};

}  // namespace

void Promises::fail(const std::string& what, const Parcel& parcel) const {
  std::string text = what + ": #" + std::to_string(parcel.position & UINT32_MAX) + " of run " +
                     std::to_string(parcel.position >> 32U) + " for " + parcel.to;
  for (const Copy& copy : parcel.copies) {
    text += "\n    attempt " + std::to_string(copy.attempt) + " on link " +
            std::to_string(copy.link->serial) + " at " + std::to_string(copy.at.count()) + " us";
  }
  if (!parcel.outcome.empty()) text += "\n    ended: " + parcel.outcome + " " + parcel.reason;
  around_.book.fail(text + "\n  of " + describe(around_.book.request(parcel.n)));
}

void Promises::committed(const Disk::News& news) {
  switch (news.kind) {
    case Disk::News::Kind::message: return stored(news.row);
    case Disk::News::Kind::publication: return publication(news.row);
    case Disk::News::Kind::unpublished: return unpublished(news.row.position);
    case Disk::News::Kind::end: return ended(news.row);
  }
}

/// A retry of it may be taken for something new.
bool Promises::may_be_forgotten(unsigned run, Micros stored, WallTime accepted,
                                WallTime now) const {
  const Millis window = around_.plan.hub.dedupe_window;
  if (around_.schedule.now() - stored + commit_slack >= window) return true;
  return run != around_.book.run && now - accepted >= window;
}

void Promises::stored(const core::StoredMessage& row) {
  const auto n = request_of_id(row.message_id);
  if (!row.reliable || !n) return;
  const Request& request = around_.book.request(*n);
  Parcel parcel{};
  parcel.position = row.position;
  parcel.n = *n;
  parcel.to = row.target;
  parcel.topic = row.topic;
  parcel.priority = row.priority;
  parcel.run = around_.book.run;
  parcel.handed = request.handed.empty() ? 0 : request.handed.front().at;
  parcel.since = around_.book.step;
  parcel.stored = around_.schedule.now();
  parcel.accepted = row.accepted_at;
  parcel.expires = row.expires_at;
  const auto unanswered = [](const Request::Handover& h) { return h.answers == 0; };
  const auto& handed = request.handed;
  const bool send = row.topic.empty();
  if (!request.reliable) fail("stored, though nobody asked for it", parcel);
  if (send && request.ask && std::none_of(handed.begin(), handed.end(), unanswered)) {
    fail("stored, though refused", parcel);
  }
  for (const std::uint64_t position : of_request_[*n]) {
    const Parcel& other = parcels_.at(position);
    if (!send || may_be_forgotten(other.run, other.stored, other.accepted, row.accepted_at))
      continue;
    fail("accepted twice", other);
  }
  check_room(parcel);
  of_request_[*n].push_back(row.position);
  waiting_[row.target].insert(row.position);
  parcels_.emplace(row.position, std::move(parcel));
}

/// What certainly waits before it leaves room for it.
void Promises::check_room(const Parcel& parcel) const {
  const std::size_t limit = around_.plan.hub.queue_limit;
  const auto waiting = waiting_.find(parcel.to);
  if (!parcel.topic.empty()) return;  // a namesake's, perhaps
  if (limit == 0 || waiting == waiting_.end() || droppers_.contains(parcel.to)) return;
  const auto certain = [&](std::uint64_t position) {
    const Parcel& p = parcels_.at(position);
    return position < parcel.position && p.copies.empty() && !p.expires && p.topic.empty() &&
           !p.ack_handed && !perhaps_gone(p);
  };
  const auto waits = std::count_if(waiting->second.begin(), waiting->second.end(), certain);
  if (static_cast<std::size_t>(waits) >= limit) fail("accepted beyond --queue-limit", parcel);
}

void Promises::publication(const core::StoredMessage& row) {
  const auto n = request_of_id(row.message_id);
  if (!n) return;
  const auto found = publications_.find(*n);
  if (found != publications_.end()) {
    const Publication& p = found->second;
    if (!may_be_forgotten(p.run, p.stored, p.accepted, row.accepted_at)) {
      around_.book.fail("published twice: " + describe(around_.book.request(*n)));
    }
  }
  publications_[*n] = {row.position, around_.book.run, around_.schedule.now(), row.accepted_at};
}

/// It was refused: a retry is not known.
void Promises::unpublished(std::uint64_t position) {
  std::erase_if(publications_, [&](const auto& p) { return p.second.position == position; });
}

void Promises::ended(const core::StoredMessage& row) {
  const auto found = parcels_.find(row.position);
  if (found == parcels_.end()) return;
  Parcel& parcel = found->second;
  check_cause(parcel, row);
  if (parcel.ended_run != around_.book.run) parcel.ended = around_.schedule.now();
  parcel.outcome = row.outcome;
  parcel.reason = row.reason;
  waiting_[parcel.to].erase(parcel.position);
  overtaken_.erase(parcel.position);
}

void Promises::check_cause(const Parcel& parcel, const core::StoredMessage& end) {
  const bool sent = !parcel.copies.empty();
  if (end.outcome == "acknowledged") {
    count(Situation::acked);
    if (!sent || !parcel.ack_handed) fail("acknowledged by nobody", parcel);
    return;
  }
  if (end.outcome == "delivered") {
    const bool whole = std::any_of(parcel.copies.begin(), parcel.copies.end(),
                                   [](const Copy& copy) { return copy.with_kernel(); });
    const bool silent = !parcel.topic.empty() || plain_.contains(parcel.to);
    if (!whole) fail("done with, but never sent", parcel);
    if (!silent) fail("done with, but not acknowledged", parcel);
    return;
  }
  if (!dies_rightly(parcel, end)) fail("dead without a cause, \"" + end.reason + "\"", parcel);
}

bool Promises::dies_rightly(const Parcel& parcel, const core::StoredMessage& end) {
  const std::string& reason = end.reason;
  if (reason == "max_attempts") {
    count(Situation::dead_max_attempts);
    const unsigned most = around_.plan.hub.max_attempts;
    return most != 0 && end.attempts >= most && parcel.copies.size() >= most;
  }
  if (reason == "overflow") {
    count(Situation::dead_overflow);
    return droppers_.contains(parcel.to);
  }
  if (reason == "unsubscribed") {
    count(Situation::dead_unsubscribed);
    return !parcel.topic.empty();
  }
  if (parcel.nack_reasons.contains(reason)) {
    count(Situation::dead_nack);
    return true;
  }
  if (reason == "expired" && perhaps_expired(parcel)) {
    count(Situation::dead_expired);
    return true;
  }
  count(Situation::dead_target_gone);
  if (reason == "session_ended") return !parcel.topic.empty();  // of a session that is no actor
  return std::find(leavings.begin(), leavings.end(), reason) != leavings.end() &&
         perhaps_gone(parcel);
}

/// In a run the time counts that passes, from one to the next the wall clock's.
bool Promises::perhaps_expired(const Parcel& parcel) const {
  if (!parcel.expires) return false;
  const Micros now = around_.schedule.now();
  const auto handed = first_handed_.find(parcel.n);
  if (handed == first_handed_.end()) return false;
  if (now - handed->second >= *parcel.expires - parcel.accepted) return true;
  return now + lead_ >= parcel.expires->time_since_epoch();
}

bool Promises::perhaps_gone(const Parcel& parcel) const {
  return !around_.membership.certainly_registered(parcel.to, parcel.handed, around_.book.step);
}

void Promises::started() {
  const Micros wall{around_.schedule.wall().time_since_epoch()};
  lead_ = std::max(lead_, wall - around_.schedule.now());
  if (!around_.plan.store.persistent) return forget();
  const auto& rows = around_.disk.messages().waiting();
  for (auto& [target, positions] : waiting_) {
    std::erase_if(positions, [&](std::uint64_t position) {
      const auto row = rows.find(position);
      Parcel& parcel = parcels_.at(position);
      if (row == rows.end()) {
        fail("lost by the disk", parcel);
        return true;
      }
      parcel.attempts_before = row->second.attempts;
      return false;
    });
  }
}

/// Nothing outlives the process, and numbers begin anew.
void Promises::forget() {
  parcels_.clear();
  waiting_.clear();
  of_request_.clear();
  publications_.clear();
  overtaken_.clear();
  told_.clear();
  told_run_.clear();
}

void Promises::died(bool clean) {
  count_crash(clean);
  breakers_.reset();
  uncounted_.clear();
  moved_.clear();
  prompt_.clear();
}

void Promises::count_crash(bool clean) {
  bool out = false;
  if (!clean) count(Situation::crash);
  for (const auto& [target, positions] : waiting_) {
    for (const std::uint64_t position : positions) {
      const Parcel& parcel = parcels_.at(position);
      const Request& request = around_.book.request(parcel.n);
      const bool here = parcel.run == around_.book.run;
      const bool sent = !parcel.copies.empty() && parcel.copies.back().run == around_.book.run;
      const bool known = parcel.ended_run == around_.book.run;
      out = out || (sent && !known);
      if (clean) continue;
      if (known) count(Situation::crash_between_ack_and_commit);
      if (here && request.ask && request.in_work()) {
        count(Situation::crash_between_commit_and_answer);
      }
    }
  }
  if (out) count(clean ? Situation::stop_with_attempts_out : Situation::crash_with_attempts_out);
  if (clean) return;
  for (const Request& request : around_.book.requests) {
    const bool waits = request.reliable && request.ask && request.in_work() &&
                       request.run == around_.book.run && !of_request_.contains(request.n);
    if (waits) count(Situation::crash_before_the_commit);
  }
}

void Promises::check_quiet() {
  const Step now = around_.book.step;
  for (const auto& [target, positions] : waiting_) {
    if (positions.empty() || !around_.membership.holder(target, now, now)) continue;
    // Whoever took too long over a long queue is left alone for a while.
    if (breakers_.is_open(target)) continue;
    fail("still waits, though everybody is there", parcels_.at(*positions.begin()));
  }
  check_receipts();
  for (const Request& request : around_.book.requests) {
    const bool lost = request.kind == Kind::ack && request.handed.empty();
    if (lost) count(Situation::ack_lost_with_its_link);
  }
  if (!parcels_.empty()) count(Situation::nothing_left_at_the_end);
}

/// Whoever is there has been told what became of its messages.
void Promises::check_receipts() const {
  const Step now = around_.book.step;
  const Millis kept = around_.plan.hub.receipt_ttl;
  for (const auto& [position, row] : around_.disk.messages().finished()) {
    if (!row.asked || !row.reliable || !around_.membership.holder(row.sender, now, now)) continue;
    const auto found = parcels_.find(position);
    const bool in_time = *row.finished_at + kept > around_.schedule.wall();
    const bool told = around_.plan.clock_jumps == 0;
    if (found == parcels_.end() || !in_time || !told) continue;
    fail("its sender never heard what became of it", found->second);
  }
}

}  // namespace signal_hub::sim
