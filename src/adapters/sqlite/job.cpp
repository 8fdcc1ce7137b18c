#include "adapters/sqlite/job.hpp"

#include <memory>
#include <utility>

namespace signal_hub::adapters {
namespace {

void expire(uv_timer_t* handle) { (*static_cast<std::function<void()>*>(handle->data))(); }

}  // namespace

void Job::start(std::function<void()> work, std::function<void()> done) {
  busy_ = true;
  work_ = std::move(work);
  done_ = std::move(done);
  // It fails for a missing callback only, and before a thread has seen the request.
  uv_queue_work(
      loop_, &request_, [](uv_work_t* request) { static_cast<Job*>(request->data)->work_(); },
      [](uv_work_t* request, int) {
        auto& job = *static_cast<Job*>(request->data);
        job.busy_ = false;
        const auto finished = std::move(job.done_);
        finished();
      });
}

LoopTimer::LoopTimer(uv_loop_t* loop, std::function<void()> expired)
    : expired_(std::move(expired)) {
  auto handle = std::make_unique<uv_timer_t>();
  uv_timer_init(loop, handle.get());
  handle_ = handle.release();
  handle_->data = &expired_;
  uv_unref(reinterpret_cast<uv_handle_t*>(handle_));
}

LoopTimer::~LoopTimer() {
  uv_timer_stop(handle_);
  uv_close(reinterpret_cast<uv_handle_t*>(handle_), [](uv_handle_t* handle) {
    delete reinterpret_cast<uv_timer_t*>(handle);  // the loop has let go of it
  });
}

void LoopTimer::arm(Millis wait) {
  uv_timer_start(handle_, expire, static_cast<std::uint64_t>(wait.count()), 0);
}

void LoopTimer::repeat(Millis interval) {
  const auto ms = static_cast<std::uint64_t>(interval.count());
  uv_timer_start(handle_, expire, ms, ms);
}

}  // namespace signal_hub::adapters
