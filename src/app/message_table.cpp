#include "app/message_table.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>
#include <variant>

namespace signal_hub::app {
namespace {

using core::StoredMessage;
using Place = StoredMessage::Place;

/// Before which something is too old; a time of 0 keeps it for ever.
WallTime too_old(WallTime now, Millis kept) { return kept == 0ms ? WallTime::min() : now - kept; }

}  // namespace

StoredMessage as_stored(const core::MessageRow& row) {
  StoredMessage m;
  m.position = row.position;
  m.target = row.target;
  m.sender = row.sender;
  m.message_id = row.message_id;
  m.topic = row.topic;
  m.accepted_at = row.accepted_at;
  m.expires_at = row.expires_at;
  m.promised = row.promised;
  m.reliable = row.reliable;
  m.asked = row.asked;
  m.priority = row.priority;
  m.tail = row.tail;
  return m;
}

StoredMessage as_stored(const core::PublicationRow& row) {
  StoredMessage m;
  m.position = row.position;
  m.place = Place::publication;
  m.target = row.topic;
  m.sender = row.sender;
  m.message_id = row.message_id;
  m.accepted_at = row.accepted_at;
  m.reliable = true;
  m.subscribers = row.subscribers;
  m.stored = row.stored;
  return m;
}

struct MessageTable::Writer {
  MessageTable& t;

  void operator()(const core::MessageRow& row) const {
    StoredMessage m = as_stored(row);
    m.stored_at = t.at_;
    t.waiting_.insert_or_assign(row.position, std::move(m));
  }
  void operator()(const core::PublicationRow& row) const {
    StoredMessage m = as_stored(row);
    m.stored_at = m.finished_at = t.at_;
    t.finished_.insert_or_assign(row.position, std::move(m));
  }
  void operator()(const core::PublicationGone& gone) const { t.finished_.erase(gone.position); }
  void operator()(const core::MessageAttempt& attempt) const {
    const auto row = t.waiting_.find(attempt.position);
    if (row == t.waiting_.end()) return;
    row->second.attempts = attempt.attempts;
    row->second.attempted_at = attempt.attempted_at;
    row->second.last_error = attempt.last_error;
    row->second.trail = attempt.trail;
  }
  void operator()(const core::MessageDone& done) const {
    auto row = take(done.position);
    if (!row) return;
    row->attempts = done.attempts;
    row->attempted_at = done.attempted_at;
    finish(std::move(*row), std::string(name(done.outcome)), done.at, done.receipt_due);
  }
  void operator()(const core::MessageDead& dead) const {
    auto row = take(dead.position);
    if (!row) return;
    row->reason = dead.reason;
    StoredMessage letter = *row;
    letter.place = Place::dead;
    letter.outcome = "dead_lettered";
    letter.finished_at = dead.at;
    t.dead_.insert_or_assign(dead.position, std::move(letter));
    t.by_death_.emplace(dead.at, dead.position);
    finish(std::move(*row), "dead_lettered", dead.at, dead.receipt_due);
  }
  void operator()(const core::ReceiptFetched& fetched) const {
    const auto row = t.finished_.find(fetched.position);
    if (row != t.finished_.end()) row->second.asked = false;
  }
  void operator()(const core::DeadLetterGone& gone) const {
    const auto row = t.dead_.find(gone.position);
    if (row == t.dead_.end()) return;
    t.by_death_.erase({*row->second.finished_at, gone.position});
    t.dead_.erase(row);
  }
  template <class Other>
  void operator()(const Other&) const {}

  std::optional<StoredMessage> take(std::uint64_t position) const {
    auto node = t.waiting_.extract(position);
    if (node.empty()) return std::nullopt;
    return std::move(node.mapped());
  }
  /// Of a finished one `asked` says that the receipt was not fetched.
  void finish(StoredMessage row, std::string outcome, WallTime at, bool receipt_due) const {
    row.place = Place::finished;
    row.outcome = std::move(outcome);
    row.finished_at = at;
    row.asked = receipt_due;
    row.tail.clear();
    t.finished_.insert_or_assign(row.position, std::move(row));
  }
};

struct MessageTable::Reader {
  const MessageTable& t;
  std::vector<StoredMessage>& out;

  std::array<const Rows*, 3> all() const { return {&t.waiting_, &t.finished_, &t.dead_}; }

  void operator()(const core::LoadRequest::Texts& texts) const { add(t.waiting_, texts.positions); }
  void operator()(const core::LoadRequest::Receipts& receipts) const {
    const WallTime since = too_old(t.aged_at_, t.retention_.receipt_ttl);
    for (auto at = t.finished_.upper_bound(receipts.after); at != t.finished_.end(); ++at) {
      const StoredMessage& row = at->second;
      if (out.size() == receipts.most) return;
      if (row.asked && row.sender == receipts.sender && row.finished_at >= since) {
        out.push_back(row);
      }
    }
  }
  /// A dead letter is told as what became of the message.
  void operator()(const core::LoadRequest::Range& range) const {
    for (const Rows* rows : {&t.waiting_, &t.finished_}) {
      for (auto at = rows->lower_bound(range.first); at != rows->end() && at->first <= range.last;
           ++at) {
        out.push_back(at->second);
      }
    }
  }
  void operator()(const core::LoadRequest::Search& search) const {
    for (const Rows* rows : {&t.waiting_, &t.finished_}) {
      for (const auto& [position, row] : *rows) {
        if (out.size() == search.most) return;
        if (row.message_id != search.message_id) continue;
        if (!search.sender || *search.sender == row.sender) out.push_back(row);
      }
    }
  }

  void add(const Rows& rows, const std::vector<std::uint64_t>& positions) const {
    for (const std::uint64_t position : positions) {
      const auto row = rows.find(position);
      if (row != rows.end()) out.push_back(row->second);
    }
  }
};

void MessageTable::apply(const core::Batch& batch) {
  at_ = batch.at;
  aged_at_ = batch.aged_at;
  for (const core::Batch::Entry& entry : batch.entries) std::visit(Writer{*this}, entry.entry);
  constexpr std::size_t at_least = 16;
  trim(2 * batch.entries.size() + at_least);  // faster than they come
}

core::Loaded MessageTable::load(const core::LoadRequest& request) const {
  core::Loaded loaded{request.id, {}, false};
  std::visit(Reader{*this, loaded.rows}, request.what);
  std::sort(loaded.rows.begin(), loaded.rows.end(),
            [](const auto& a, const auto& b) { return a.position < b.position; });
  return loaded;
}

void MessageTable::drop_unpromised() {
  std::erase_if(waiting_, [](const auto& entry) { return !entry.second.promised; });
}

void MessageTable::trim(std::size_t looked_at) {
  const std::size_t limit = retention_.dedupe_limit;
  while (limit != 0 && finished_.size() > limit) finished_.erase(finished_.begin());
  trim_finished(looked_at);
  trim_dead();
}

/// From the front on, where the old ones are. What waited long and has ended just now stands among
/// them: it is passed over, and looked at again when the sweep begins anew.
void MessageTable::trim_finished(std::size_t looked_at) {
  const WallTime accepted = too_old(aged_at_, retention_.dedupe_window);
  const WallTime finished = too_old(aged_at_, retention_.receipt_ttl);
  auto at = finished_.upper_bound(std::exchange(swept_upto_, 0));
  for (; at != finished_.end() && at->second.accepted_at <= accepted; --looked_at) {
    if (looked_at == 0) return;
    swept_upto_ = at->first;
    const bool goes = at->second.finished_at.value_or(aged_at_) <= finished;
    at = goes ? finished_.erase(at) : std::next(at);
  }
  swept_upto_ = 0;
}

void MessageTable::trim_dead() {
  const std::size_t limit = retention_.dead_letter_limit;
  const WallTime rotten = too_old(aged_at_, retention_.dead_letter_ttl);
  while (!by_death_.empty() &&
         (by_death_.begin()->first <= rotten || (limit != 0 && dead_.size() > limit))) {
    dead_.erase(by_death_.begin()->second);
    by_death_.erase(by_death_.begin());
    ++evicted_;
  }
}

}  // namespace signal_hub::app
