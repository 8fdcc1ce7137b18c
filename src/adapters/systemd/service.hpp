// A service under a manager: stands between the loop and the server, and tells the manager when a
// stop begins and, as long as the loop turns, that the process lives.
#pragma once

#include <uv.h>

#include "adapters/systemd/notifier.hpp"
#include "app/ports.hpp"
#include "base/settings.hpp"

namespace signal_hub::adapters {

class Service final : public app::LoopEvents {
 public:
  /// All must outlive it; `settings` may change between turns. A watchdog is fed from a timer on
  /// `loop`, which keeps no loop alive. REQUIRES: destroyed before the loop is run for the last
  /// time, which frees the timer.
  Service(const Notifier& notifier, uv_loop_t* loop, app::LoopEvents& server,
          const ServerSettings& settings);
  ~Service() override;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  void timer() override { server_.timer(); }
  void end_of_turn() override { server_.end_of_turn(); }
  void signal(int number) override;

 private:
  const Notifier& notifier_;
  app::LoopEvents& server_;
  const ServerSettings& settings_;
  uv_timer_t* watchdog_ = nullptr;  // freed by its close callback
  bool stopping_ = false;
};

}  // namespace signal_hub::adapters
