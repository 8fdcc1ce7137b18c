#pragma once

#include <cstdint>
#include <unordered_map>

#include "sequence.hpp"
#include "time.hpp"

namespace hub_bench {

/// One sender's asks: when each was due, and which are answered. The order of answers is free.
class Asked {
 public:
  void sent(Nanos due) { due_.emplace(sent_++, due); }

  /// Takes the answer to `number`, with the time at which it was due in `due`. False, with why in
  /// `verdict`, if that has been answered or was never asked.
  bool answered(std::uint64_t number, Nanos& due, Sequence::Verdict& verdict) {
    verdict = number < sent_ ? Sequence::Verdict::doubled : Sequence::Verdict::foreign;
    const auto found = due_.find(number);
    if (found == due_.end()) return false;
    due = found->second;
    due_.erase(found);
    return true;
  }

  [[nodiscard]] std::uint64_t sent_count() const { return sent_; }
  [[nodiscard]] std::uint64_t open() const { return due_.size(); }

 private:
  std::uint64_t sent_ = 0;
  std::unordered_map<std::uint64_t, Nanos> due_;
};

}  // namespace hub_bench
