// The receipts that were told and are not on disk as such yet: the store still has them among those
// to be told (PROTOCOL.md §7).
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_set>

namespace signal_hub::core {

class ToldReceipts {
 public:
  /// Entry `seq` of the journal says that the receipt of the message at `position` was told.
  void add(std::uint64_t position, std::uint64_t seq, std::uint64_t durable) {
    while (fetches_ == 0 && !told_.empty() && told_.front().seq <= durable) {
      positions_.erase(told_.front().position);
      told_.pop_front();
    }
    told_.push_back({position, seq});
    positions_.insert(position);
  }

  bool has(std::uint64_t position) const { return positions_.contains(position); }

  /// The store is asked about receipts, or has answered. What it answers is as old as the question:
  /// nothing is forgotten in between.
  void fetch_begins() { ++fetches_; }
  void fetch_ends() { --fetches_; }

 private:
  struct Told {
    std::uint64_t position;
    std::uint64_t seq;
  };
  std::deque<Told> told_;
  std::unordered_set<std::uint64_t> positions_;
  std::uint32_t fetches_ = 0;
};

}  // namespace signal_hub::core
