#include "adapters/log/fd_sink.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <utility>

#include "base/limits.hpp"

namespace signal_hub::adapters {
namespace {

// A pipe that poll() calls writable takes this much without blocking (pipe(7)).
constexpr std::size_t chunk_bytes = PIPE_BUF;

bool writable(int fd, Millis patience) {
  pollfd waiting{fd, POLLOUT, 0};
  return poll(&waiting, 1, static_cast<int>(patience.count())) == 1 &&
         (waiting.revents & POLLOUT) != 0;
}

}  // namespace

std::uint64_t FdSink::take_dropped() {
  if (pending_.size() > limits::log_buffer_bytes / 2) return 0;
  return std::exchange(dropped_, 0);
}

void FdSink::drain(Millis patience) {
  using std::chrono::steady_clock;
  const auto deadline = steady_clock::now() + patience;
  std::size_t before = std::string::npos;
  while (!write_out()) {
    if (pending_.size() == before) return;  // it can be written to and takes nothing: an error
    before = pending_.size();
    const auto left = std::chrono::duration_cast<Millis>(deadline - steady_clock::now());
    if (left < 1ms || !writable(fd_, left)) return;
  }
}

void FdSink::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  if (pending_.size() + line.size() > limits::log_buffer_bytes) write_out();
  if (pending_.size() + line.size() > limits::log_buffer_bytes) {
    ++dropped_;
    ++dropped_in_all_;
    return;
  }
  pending_.append(line.data(), line.size());
}

bool FdSink::write_out() {
  std::size_t written = 0;
  while (written < pending_.size() && writable(fd_, 0ms)) {
    const std::size_t size = std::min(chunk_bytes, pending_.size() - written);
    const ssize_t taken = write(fd_, pending_.data() + written, size);
    if (taken < 0 && errno == EINTR) continue;
    if (taken <= 0) break;
    written += static_cast<std::size_t>(taken);
  }
  pending_.erase(0, written);
  return pending_.empty();
}

}  // namespace signal_hub::adapters
