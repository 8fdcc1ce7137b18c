// When to shorten the write-ahead log, and when somebody keeps it long. Decides only; upkeep.*
// does it.
#pragma once

#include <cstdint>
#include <optional>

namespace signal_hub::adapters {

/// Pages after which the log is copied into the database, so that the next commits start it over.
inline constexpr int checkpoint_pages = 1000;

class WalPolicy {
 public:
  /// `limit` in bytes of the log; 0: none.
  explicit WalPolicy(std::uint64_t limit) : limit_(limit) {}

  /// After a commit. True: copy the log now. Once per checkpoint_pages that the log has grown: a
  /// reader that keeps it long must not cost every commit a vain attempt.
  bool committed(int pages);

  /// The log has this size now. The answer is what is new: true, it is pinned above its limit;
  /// false, it is below again. `tried`: an attempt to cut it has just failed.
  std::optional<bool> sized(std::uint64_t bytes, bool tried);

  bool above_limit() const { return limit_ != 0 && bytes_ > limit_; }
  bool pinned() const { return pinned_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t limit_;
  std::uint64_t bytes_ = 0;
  int pages_ = 0;
  int next_ = checkpoint_pages;
  bool pinned_ = false;
};

}  // namespace signal_hub::adapters
