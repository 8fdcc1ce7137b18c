// Work on libuv's thread pool and one-shot timers, as members.
#pragma once

#include <uv.h>

#include <functional>

#include "base/time.hpp"

namespace signal_hub::adapters {

/// One piece of work at a time.
class Job {
 public:
  explicit Job(uv_loop_t* loop) : loop_(loop) { request_.data = this; }
  ~Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  bool busy() const { return busy_; }

  /// `work` runs on a worker and must not throw; then `done` runs on the loop, where the job may be
  /// started again. REQUIRES: !busy(); lives until then.
  void start(std::function<void()> work, std::function<void()> done);

 private:
  uv_loop_t* loop_;
  uv_work_t request_{};
  bool busy_ = false;
  std::function<void()> work_;
  std::function<void()> done_;
};

/// Does not keep the loop alive. Its handle outlives it until the loop has closed it.
class LoopTimer {
 public:
  LoopTimer(uv_loop_t* loop, std::function<void()> expired);
  ~LoopTimer();
  LoopTimer(const LoopTimer&) = delete;
  LoopTimer& operator=(const LoopTimer&) = delete;

  /// Once; replaces what was armed.
  void arm(Millis wait);
  void repeat(Millis interval);
  void stop() { uv_timer_stop(handle_); }

 private:
  uv_timer_t* handle_;
  std::function<void()> expired_;
};

}  // namespace signal_hub::adapters
