// A reliable publication on its way to the disk, and those the store has refused a part of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.hpp"

namespace signal_hub::core {

struct Publication {
  std::uint64_t position = 0;       // its own; the messages it is stored as follow
  std::size_t stored = 0;           // how many these are
  std::uint64_t id_hash = 0;        // of sender and id
  bool answered = false;            // else its sender hears of failures only
  std::vector<std::string> served;  // for whom a refused attempt before it was stored
};

/// For whom publications are stored that were refused as a whole: a retry is for the others.
/// Bounded; whoever is forgotten gets a retry twice.
class PartlyStored {
 public:
  struct Entry {
    std::uint64_t id_hash;
    std::uint32_t digest;  // of what was sent
    std::vector<std::string> served;
  };

  void add(Entry entry) {
    take(entry.id_hash, entry.digest);
    count_ += entry.served.size();
    entries_.push_back(std::move(entry));
    while (entries_.size() > limits::partly_stored ||
           (entries_.size() > 1 && count_ > limits::partly_stored_addresses)) {
      count_ -= entries_.front().served.size();
      entries_.pop_front();
    }
  }

  /// And forgets it. Nullopt: nothing of it was refused.
  std::optional<std::vector<std::string>> take(std::uint64_t id_hash, std::uint32_t digest) {
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
      if (at->id_hash != id_hash || at->digest != digest) continue;
      std::vector<std::string> served = std::move(at->served);
      count_ -= served.size();
      entries_.erase(at);
      return served;
    }
    return std::nullopt;
  }

 private:
  std::deque<Entry> entries_;  // oldest first
  std::size_t count_ = 0;      // of addresses
};

}  // namespace signal_hub::core
