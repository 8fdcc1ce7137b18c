#include "core/rate_limit.hpp"

#include <algorithm>
#include <numeric>

namespace signal_hub::core {

std::optional<Millis> TokenBucket::take(std::uint32_t cost, std::uint32_t rate, std::uint32_t burst,
                                        MonoTime now) {
  if (rate == 0) return std::nullopt;
  // Elapsed milliseconds times tokens per second are thousandths of a token. A bucket is full after
  // `missing_` / rate milliseconds, so that longer waits need no multiplication.
  const std::int64_t elapsed = std::max<std::int64_t>(0, (now - at_).count());
  const bool full = elapsed > missing_ / rate;
  missing_ = full ? 0 : missing_ - elapsed * rate;
  at_ = std::max(at_, now);
  const std::int64_t capacity = std::max<std::int64_t>(1, burst) * 1000;
  const std::int64_t price = std::min<std::int64_t>(cost * std::int64_t{1000}, capacity);
  const std::int64_t short_of = missing_ + price - capacity;
  if (short_of > 0) return Millis{(short_of + rate - 1) / rate};
  missing_ += price;
  return std::nullopt;
}

void RateWindow::add(std::uint32_t count, MonoTime now) {
  const std::int64_t second = now.time_since_epoch() / 1000ms;
  const std::int64_t passed = std::min<std::int64_t>(second - second_, seconds);
  for (std::int64_t i = 1; i <= passed; ++i) {
    counts_[static_cast<std::size_t>((second_ + i) % std::int64_t{seconds})] = 0;
  }
  if (passed > 0) second_ = second;
  // After a gap the ring may have turned further than it was cleared: the slot in use is clean.
  counts_[static_cast<std::size_t>(second_ % std::int64_t{seconds})] += count;
}

double RateWindow::per_second(MonoTime now) const {
  RateWindow copy = *this;
  copy.add(0, now);
  const auto sum = std::accumulate(copy.counts_.begin(), copy.counts_.end(), std::uint64_t{0});
  return static_cast<double>(sum) / static_cast<double>(seconds);
}

bool AlarmWindow::add(std::uint32_t threshold, MonoTime now) {
  const std::int64_t window = window_of(now);
  if (window != window_) {
    window_ = window;
    count_ = 0;
    told_ = false;
  }
  ++count_;
  if (told_ || threshold == 0 || count_ <= threshold) return false;
  told_ = true;
  return true;
}

}  // namespace signal_hub::core
