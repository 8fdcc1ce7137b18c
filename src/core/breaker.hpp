// Breaker: leaves a target alone whose reliable messages keep failing (PROTOCOL.md §7).
//
// Closed until too many attempts in a row have failed; then open for a while; then half-open: one
// attempt is made, which closes it or opens it again.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.hpp"

namespace signal_hub::core {

class Breaker {
 public:
  bool closed() const { return opens_again_ == never; }
  std::uint32_t failures() const { return failures_; }

  /// When it lets one attempt through; `never` if it is closed.
  MonoTime half_open_at() const { return opens_again_; }

  /// With `out` attempts not decided yet.
  bool may_try(std::size_t out, MonoTime now) const {
    return closed() || (opens_again_ <= now && out == 0);
  }

  /// `limit` failures in a row open it for `pause`; 0: it stays closed.
  void failed(std::uint32_t limit, Millis pause, MonoTime now) {
    ++failures_;
    if (limit != 0 && failures_ >= limit) opens_again_ = now + pause;
  }

  void succeeded() { *this = {}; }

  /// The target has come back: the wait is over.
  void returned(MonoTime now) {
    if (!closed()) opens_again_ = now;
  }

 private:
  std::uint32_t failures_ = 0;
  MonoTime opens_again_ = never;
};

}  // namespace signal_hub::core
