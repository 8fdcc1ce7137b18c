// A libuv loop that a test drives until something it waits for has come.
#pragma once

#include <uv.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace signal_hub::adapters::test {

class TestLoop {
 public:
  TestLoop() {
    if (uv_loop_init(&loop_) != 0) throw std::runtime_error("no loop");
    uv_timer_init(&loop_, &tick_);
    // A poll never waits longer than this for what only the other side sees; whoever runs the loop
    // to its end does not wait for it.
    uv_timer_start(
        &tick_, [](uv_timer_t*) {}, 1, 1);
    uv_unref(reinterpret_cast<uv_handle_t*>(&tick_));
  }
  ~TestLoop() {
    uv_close(reinterpret_cast<uv_handle_t*>(&tick_), nullptr);
    uv_run(&loop_, UV_RUN_DEFAULT);
    if (uv_loop_close(&loop_) != 0) std::abort();  // somebody left a handle open
  }
  TestLoop(const TestLoop&) = delete;
  TestLoop& operator=(const TestLoop&) = delete;

  uv_loop_t* raw() { return &loop_; }

  void turn() { uv_run(&loop_, UV_RUN_ONCE); }

  /// True once `done`; false when it does not come within a time that no machine needs.
  template <class Done>
  bool until(Done done) {
    using std::chrono::steady_clock;
    const auto give_up = steady_clock::now() + std::chrono::seconds(20);
    while (!done()) {
      if (steady_clock::now() > give_up) return false;
      turn();
    }
    return true;
  }

 private:
  uv_loop_t loop_{};
  uv_timer_t tick_{};
};

}  // namespace signal_hub::adapters::test
