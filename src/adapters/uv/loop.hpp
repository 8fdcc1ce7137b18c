// The event loop: libuv, its clocks, its one timer and the signals (DESIGN.md, "A turn").
//
// Owns the uv_loop_t. end_of_turn() is called after the I/O phase (uv_check) and before the next
// poll (uv_prepare), so that what a timer did leaves at once too.
#pragma once

#include <uv.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "app/ports.hpp"
#include "base/result.hpp"

namespace signal_hub::adapters {

class UvLoop final : public app::Clock, public app::Timer {
 public:
  static Result<std::unique_ptr<UvLoop>> create();

  /// REQUIRES: finish() was called.
  ~UvLoop() override;
  UvLoop(const UvLoop&) = delete;
  UvLoop& operator=(const UvLoop&) = delete;

  uv_loop_t* raw() { return &loop_; }

  /// Signals go to `events` from now on, timers and turns while running; it must outlive run().
  void attach(app::LoopEvents& events);

  /// Serves until stop(). REQUIRES: attach().
  void run();

  /// Makes run() return after the current phase.
  void stop() { uv_stop(&loop_); }

  /// Closes all handles of this class and runs the loop while anything on it is active, so that
  /// what others have begun comes to its end. False: somebody else left a handle open.
  bool finish();

  // app::Clock
  Now now() const override;
  std::uint64_t stopwatch_us() const override;

  // app::Timer
  void arm(MonoTime deadline) override;

 private:
  UvLoop() = default;
  bool init();
  void end_turn();

  uv_loop_t loop_{};
  uv_timer_t timer_{};
  uv_idle_t idle_{};
  uv_check_t check_{};
  uv_prepare_t prepare_{};
  std::array<uv_signal_t, 5> signals_{};
  app::LoopEvents* events_ = nullptr;
  bool running_ = false;
  mutable std::optional<Now> now_;  // while running: time stands still until the turn ends
  bool finished_ = false;
};

}  // namespace signal_hub::adapters
