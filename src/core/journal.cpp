#include "core/journal.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace signal_hub::core {
namespace {

/// Names the row an entry replaces. Empty: it replaces nothing; nullopt: nothing moves across it.
struct RowKey {
  using Key = std::optional<std::string>;
  Key operator()(const ActorRow& row) const { return row.address; }
  Key operator()(const SubscriptionRow& row) const { return pair(row); }
  Key operator()(const SubscriptionGone& row) const { return pair(row); }
  Key operator()(const ActorGone&) const { return std::nullopt; }
  Key operator()(const StartOver&) const { return std::nullopt; }
  // What becomes of a message is made of its row: they stay in order.
  template <class Message>
  Key operator()(const Message&) const {
    return std::string();
  }

  template <class Row>
  static std::string pair(const Row& row) {
    return row.address + '\0' + row.topic;
  }
};

struct ConcernsMessage {
  bool operator()(const ActorRow&) const { return false; }
  bool operator()(const ActorGone&) const { return false; }
  bool operator()(const SubscriptionRow&) const { return false; }
  bool operator()(const SubscriptionGone&) const { return false; }
  bool operator()(const StartOver&) const { return false; }
  template <class Message>
  bool operator()(const Message&) const {
    return true;
  }
};

/// Entries of a batch that room is made for before they come.
constexpr std::size_t most_expected = 1024;

bool concerns_message(const JournalEntry& entry) { return std::visit(ConcernsMessage{}, entry); }

}  // namespace

std::string_view name(ActorStatus status) {
  switch (status) {
    case ActorStatus::online: return "online";
    case ActorStatus::away: return "away";
    case ActorStatus::dormant: return "dormant";
  }
  return "";
}

std::string_view name(DeliveryOutcome outcome) {
  switch (outcome) {
    case DeliveryOutcome::delivered: return "delivered";
    case DeliveryOutcome::acknowledged: return "acknowledged";
  }
  return "";
}

/// The one that waits for the same row; null: there is none, and if `entry` has a row it will be at
/// the end of waiting_.
Batch::Entry* Journal::replaced_by(const JournalEntry& entry) {
  const RowKey::Key key = std::visit(RowKey{}, entry);
  if (!key) place_.clear();
  if (!key || key->empty()) return nullptr;
  const auto [at, added] = place_.try_emplace(*key, waiting_.size());
  return added ? nullptr : &waiting_[at->second];
}

std::uint64_t Journal::append(JournalEntry entry, MonoTime now) {
  const std::uint64_t seq = ++last_;
  if (oldest_ == never) oldest_ = now;
  if (starting_over_ && !concerns_message(entry)) return seq;
  if (Batch::Entry* earlier = replaced_by(entry)) {
    *earlier = {seq, std::move(entry)};
  } else {
    waiting_.push_back({seq, std::move(entry)});
  }
  if (limit_ != 0 && waiting_.size() > limit_ && !starting_over_ && !rebuilding_) let_go();
  return seq;
}

std::uint64_t Journal::append_urgent(JournalEntry entry, MonoTime now) {
  urgent_ = true;
  return append(std::move(entry), now);
}

void Journal::let_go() {
  std::erase_if(waiting_, [](const Batch::Entry& e) { return !concerns_message(e.entry); });
  place_.clear();
  starting_over_ = true;
}

void Journal::begin_again(MonoTime now) {
  starting_over_ = false;
  rebuilding_ = true;
  append(StartOver{}, now);
}

Batch Journal::take_batch() {
  Batch batch{last_, std::exchange(waiting_, {}), false};
  waiting_.reserve(std::min(batch.entries.size(), most_expected));  // the next is like it
  place_.clear();
  in_flight_since_ = std::exchange(oldest_, never);
  taken_ = last_;
  urgent_ = false;
  rebuilding_ = false;
  return batch;
}

Batch Journal::take_last_batch() {
  Batch batch = take_batch();
  batch.last = true;
  return batch;
}

}  // namespace signal_hub::core
