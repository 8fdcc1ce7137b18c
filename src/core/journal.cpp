#include "core/journal.hpp"

#include <utility>

namespace signal_hub::core {
namespace {

struct RowKey {
  std::string operator()(const ActorRow& row) const { return row.address; }
  std::string operator()(const ActorGone&) const { return {}; }
  std::string operator()(const SubscriptionRow& row) const { return pair(row); }
  std::string operator()(const SubscriptionGone& row) const { return pair(row); }

  template <class Row>
  static std::string pair(const Row& row) {
    return row.address + '\0' + row.topic;
  }
};

}  // namespace

void Journal::append(JournalEntry entry, MonoTime now) {
  ++last_;
  if (waiting_.empty()) oldest_ = now;
  if (std::holds_alternative<ActorGone>(entry)) {
    place_.clear();
    waiting_.push_back(std::move(entry));
    return;
  }
  const auto [place, added] = place_.try_emplace(std::visit(RowKey{}, entry), waiting_.size());
  if (added) {
    waiting_.push_back(std::move(entry));
  } else {
    waiting_[place->second] = std::move(entry);
  }
}

Batch Journal::take_batch() {
  Batch batch{last_, std::exchange(waiting_, {})};
  place_.clear();
  oldest_ = never;
  return batch;
}

}  // namespace signal_hub::core
