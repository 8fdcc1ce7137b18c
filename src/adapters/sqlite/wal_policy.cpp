#include "adapters/sqlite/wal_policy.hpp"

namespace signal_hub::adapters {

bool WalPolicy::committed(int pages) {
  if (pages < pages_) next_ = checkpoint_pages;  // it was started over
  pages_ = pages;
  if (pages < next_) return false;
  next_ = pages + checkpoint_pages;
  return true;
}

std::optional<bool> WalPolicy::sized(std::uint64_t bytes, bool tried) {
  bytes_ = bytes;
  const bool pinned = above_limit() && (tried || pinned_);
  if (pinned == pinned_) return std::nullopt;
  pinned_ = pinned;
  return pinned;
}

}  // namespace signal_hub::adapters
