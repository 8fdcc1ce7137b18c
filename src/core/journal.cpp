#include "core/journal.hpp"

#include <algorithm>
#include <utility>

namespace signal_hub::core {
namespace {

/// Names the row an entry replaces; empty: none, and nothing moves across it.
struct RowKey {
  std::string operator()(const ActorRow& row) const { return row.address; }
  std::string operator()(const SubscriptionRow& row) const { return pair(row); }
  std::string operator()(const SubscriptionGone& row) const { return pair(row); }
  std::string operator()(const MessageRow& row) const { return position(row.position); }
  std::string operator()(const MessageGone& row) const { return position(row.position); }
  // A dead letter is made of the row, which must have been written before.
  std::string operator()(const MessageDead&) const { return {}; }
  std::string operator()(const ActorGone&) const { return {}; }
  std::string operator()(const StartOver&) const { return {}; }

  template <class Row>
  static std::string pair(const Row& row) {
    return row.address + '\0' + row.topic;
  }
  static std::string position(std::uint64_t position) { return "#" + std::to_string(position); }
};

bool concerns_message(const JournalEntry& entry) {
  return std::holds_alternative<MessageRow>(entry) || std::holds_alternative<MessageGone>(entry) ||
         std::holds_alternative<MessageDead>(entry);
}

}  // namespace

std::string_view name(ActorStatus status) {
  switch (status) {
    case ActorStatus::online: return "online";
    case ActorStatus::away: return "away";
    case ActorStatus::dormant: return "dormant";
  }
  return "";
}

std::uint64_t Journal::append(JournalEntry entry, MonoTime now) {
  const std::uint64_t seq = ++last_;
  if (oldest_ == never) oldest_ = now;
  if (starting_over_ && !concerns_message(entry)) return seq;
  const std::string key = std::visit(RowKey{}, entry);
  if (key.empty()) {
    place_.clear();
    waiting_.push_back({seq, std::move(entry)});
  } else if (const auto [at, added] = place_.try_emplace(key, waiting_.size()); added) {
    waiting_.push_back({seq, std::move(entry)});
  } else {
    waiting_[at->second] = {seq, std::move(entry)};
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
