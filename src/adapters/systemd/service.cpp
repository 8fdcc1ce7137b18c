#include "adapters/systemd/service.hpp"

#include <algorithm>
#include <csignal>
#include <memory>
#include <utility>

namespace signal_hub::adapters {
namespace {

// On top of the drain timeout: closing the database, ending the process.
constexpr Millis closing_time{10'000};

}  // namespace

Service::Service(const Notifier& notifier, uv_loop_t* loop, app::LoopEvents& server,
                 const ServerSettings& settings)
    : notifier_(notifier), server_(server), settings_(settings) {
  if (!notifier.watchdog()) return;
  auto timer = std::make_unique<uv_timer_t>();
  if (uv_timer_init(loop, timer.get()) != 0) return;
  watchdog_ = timer.release();
  uv_handle_set_data(reinterpret_cast<uv_handle_t*>(watchdog_), this);
  // Half of the time, as sd_watchdog_enabled(3) recommends; the first at once.
  const auto every =
      static_cast<std::uint64_t>(std::max<Millis>(*notifier.watchdog() / 2, 1ms).count());
  uv_timer_start(
      watchdog_,
      [](uv_timer_t* due) {
        const auto* handle = reinterpret_cast<const uv_handle_t*>(due);
        static_cast<const Service*>(uv_handle_get_data(handle))->notifier_.alive();
      },
      0, every);
  uv_unref(reinterpret_cast<uv_handle_t*>(watchdog_));
}

Service::~Service() {
  if (watchdog_ == nullptr) return;
  uv_close(reinterpret_cast<uv_handle_t*>(watchdog_), [](uv_handle_t* handle) {
    std::unique_ptr<uv_timer_t>(reinterpret_cast<uv_timer_t*>(handle));
  });
}

void Service::signal(int number) {
  const bool stop = number == SIGTERM || number == SIGINT;
  if (stop && !std::exchange(stopping_, true)) {
    notifier_.stopping(settings_.drain_timeout + closing_time);
  }
  server_.signal(number);
}

}  // namespace signal_hub::adapters
