#include "adapters/uv/loop.hpp"

#include <chrono>
#include <csignal>

namespace signal_hub::adapters {
namespace {

UvLoop* owner(void* handle) {
  return static_cast<UvLoop*>(uv_handle_get_data(static_cast<uv_handle_t*>(handle)));
}

constexpr std::array signal_numbers{SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2};

}  // namespace

Result<std::unique_ptr<UvLoop>> UvLoop::create() {
  std::unique_ptr<UvLoop> loop(new UvLoop());
  if (const int error = uv_loop_init(&loop->loop_); error != 0) {
    loop->finished_ = true;
    return fail(std::string("cannot create the event loop: ") + uv_strerror(error));
  }
  if (!loop->init()) return fail(std::string("cannot initialise the event loop"));
  return loop;
}

bool UvLoop::init() {
  int errors = uv_timer_init(&loop_, &timer_);
  errors |= uv_idle_init(&loop_, &idle_);
  errors |= uv_check_init(&loop_, &check_);
  errors |= uv_prepare_init(&loop_, &prepare_);
  for (void* handle : {static_cast<void*>(&timer_), static_cast<void*>(&idle_),
                       static_cast<void*>(&check_), static_cast<void*>(&prepare_)}) {
    uv_handle_set_data(static_cast<uv_handle_t*>(handle), this);
  }
  for (uv_signal_t& signal : signals_) {
    errors |= uv_signal_init(&loop_, &signal);
    uv_handle_set_data(reinterpret_cast<uv_handle_t*>(&signal), this);
  }
  return errors == 0;
}

UvLoop::~UvLoop() {
  if (!finished_) finish();
}

void UvLoop::attach(app::LoopEvents& events) {
  events_ = &events;
  for (std::size_t i = 0; i < signals_.size(); ++i) {
    uv_signal_start(
        &signals_[i], [](uv_signal_t* h, int number) { owner(h)->events_->signal(number); },
        signal_numbers[i]);
  }
}

void UvLoop::run() {
  uv_check_start(&check_, [](uv_check_t* h) { owner(h)->end_turn(); });
  uv_prepare_start(&prepare_, [](uv_prepare_t* h) { owner(h)->end_turn(); });
  running_ = true;
  uv_run(&loop_, UV_RUN_DEFAULT);
  running_ = false;
  now_.reset();
  uv_check_stop(&check_);
  uv_prepare_stop(&prepare_);
  uv_timer_stop(&timer_);
  uv_idle_stop(&idle_);
  // From here on a signal has its default effect, and no handle of ours keeps the loop alive.
  for (uv_signal_t& signal : signals_) uv_signal_stop(&signal);
}

void UvLoop::end_turn() {
  events_->end_of_turn();
  now_.reset();
}

bool UvLoop::finish() {
  finished_ = true;
  const auto close = [](void* handle) {
    auto* h = static_cast<uv_handle_t*>(handle);
    if (uv_is_closing(h) == 0) uv_close(h, nullptr);
  };
  for (void* handle : {static_cast<void*>(&timer_), static_cast<void*>(&idle_),
                       static_cast<void*>(&check_), static_cast<void*>(&prepare_)}) {
    close(handle);
  }
  for (uv_signal_t& signal : signals_) close(&signal);
  uv_run(&loop_, UV_RUN_NOWAIT);
  uv_run(&loop_, UV_RUN_DEFAULT);
  return uv_loop_close(&loop_) == 0;
}

Now UvLoop::now() const {
  using std::chrono::system_clock;
  if (now_) return *now_;
  // Not uv_now(), which may be seconds old while the hub starts: what is to end at a wall time
  // would end that much too early.
  const auto mono = static_cast<std::int64_t>(uv_hrtime() / 1'000'000);
  const auto wall = std::chrono::duration_cast<Millis>(system_clock::now().time_since_epoch());
  const Now now{MonoTime{Millis{mono}}, WallTime{wall}};
  if (running_) now_ = now;
  return now;
}

std::uint64_t UvLoop::stopwatch_us() const { return uv_hrtime() / 1000; }

void UvLoop::arm(MonoTime deadline) {
  if (deadline == MonoTime::min()) {
    // Another turn at once, with a poll that does not wait: an active idle handle does just that.
    uv_timer_stop(&timer_);
    uv_idle_start(&idle_, [](uv_idle_t* h) { owner(h)->events_->timer(); });
    return;
  }
  uv_idle_stop(&idle_);
  if (deadline == never) {
    uv_timer_stop(&timer_);
    return;
  }
  const auto wait = deadline.time_since_epoch().count() - static_cast<std::int64_t>(uv_now(&loop_));
  uv_timer_start(
      &timer_, [](uv_timer_t* h) { owner(h)->events_->timer(); },
      wait > 0 ? static_cast<std::uint64_t>(wait) : 0, 0);
}

}  // namespace signal_hub::adapters
