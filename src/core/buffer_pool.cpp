#include "core/buffer_pool.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"

namespace signal_hub::core {

ByteBuffer BufferPool::take() {
  if (free_.empty()) return {};
  ByteBuffer buffer = std::move(free_.back());
  free_.pop_back();
  free_bytes_ -= buffer.capacity();
  unused_ = std::min(unused_, free_.size());
  return buffer;
}

void BufferPool::trim() {
  const auto used = free_.begin() + static_cast<std::ptrdiff_t>(unused_);
  for (auto at = free_.begin(); at != used; ++at) free_bytes_ -= at->capacity();
  free_.erase(free_.begin(), used);
  unused_ = free_.size();
}

void BufferPool::give(ByteBuffer&& buffer) {
  const std::size_t bytes = buffer.capacity();
  const bool usual = bytes != 0 && bytes <= 2 * limits::outbox_chunk_bytes;
  if (!usual || free_bytes_ + bytes > kept_buffer_bytes) return;
  buffer.clear();
  free_bytes_ += bytes;
  free_.push_back(std::move(buffer));
}

std::vector<OutboxFrame> BufferPool::take_frames() {
  if (frames_.empty()) return {};
  std::vector<OutboxFrame> list = std::move(frames_.back());
  frames_.pop_back();
  return list;
}

void BufferPool::give(std::vector<OutboxFrame>&& frames) {
  const std::size_t bytes = frames.capacity() * sizeof(OutboxFrame);
  if (bytes == 0 || bytes > kept_list_bytes || frames_.size() >= kept_lists) return;
  frames.clear();
  frames_.push_back(std::move(frames));
}

}  // namespace signal_hub::core
