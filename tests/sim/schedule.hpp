// The schedule: virtual time, and what happens when. Nothing here waits.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/time.hpp"

namespace signal_hub::sim {

using Micros = std::chrono::microseconds;

class Schedule {
 public:
  using Action = std::function<void()>;

  Micros now() const { return now_; }

  /// The wall clock, which may jump.
  WallTime wall() const {
    return WallTime{epoch + std::chrono::duration_cast<Millis>(now_) + jumped_};
  }
  void jump_wall(Millis by) { jumped_ += by; }

  /// Times in the past mean now. Same time: first scheduled, first done.
  void at(Micros when, Action action);
  void after(Micros delay, Action action) { at(now_ + delay, std::move(action)); }

  /// Does the next action if it is due by `until`; else time becomes `until` and false is returned.
  bool step(Micros until);

 private:
  static constexpr Millis epoch{1'700'000'000'000};

  struct Entry {
    Micros when;
    std::uint64_t order;
    Action action;
  };
  static bool later(const Entry& a, const Entry& b);

  std::vector<Entry> heap_;
  std::uint64_t order_ = 0;
  Micros now_{0};
  Millis jumped_{0};
};

}  // namespace signal_hub::sim
