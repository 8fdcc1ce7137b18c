#include "core/byte_queue.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "base/prefetch.hpp"

namespace signal_hub::core {

char* ByteQueue::grow(BufferPool& pool, std::size_t bytes) {
  if (last_.size() >= limits::outbox_chunk_bytes) full_.push_back(std::exchange(last_, {}));
  if (last_.capacity() == 0) last_ = pool.take();
  size_ += bytes;
  return last_.grow(bytes);
}

void ByteQueue::pass(BufferPool& pool, std::size_t bytes) {
  size_ -= bytes;
  while (bytes > 0) {
    const std::size_t here = std::min(bytes, front().size());
    bytes -= here;
    offset_ += here;
    if (front().empty()) drop_front(pool);
  }
}

void ByteQueue::drop_front(BufferPool& pool) {
  offset_ = 0;
  if (full_.empty()) return pool.give(std::exchange(last_, {}));
  pool.give(std::move(full_.front()));
  full_.erase(full_.begin());  // they are few
  if (full_.empty()) full_.shrink_to_fit();
}

void ByteQueue::prefetch() const {
  const std::string_view here = last_.view();
  signal_hub::prefetch(here.data() + here.size());
}

void ByteQueue::Reader::read(std::size_t bytes, ByteBuffer& out) {
  while (bytes > 0) {
    const ByteBuffer& piece = piece_ < queue_.full_.size() ? queue_.full_[piece_] : queue_.last_;
    const std::string_view here = piece.view().substr(offset_, bytes);
    std::copy_n(here.data(), here.size(), out.grow(here.size()));
    bytes -= here.size();
    offset_ += here.size();
    if (offset_ < piece.size()) continue;
    ++piece_;
    offset_ = 0;
  }
}

}  // namespace signal_hub::core
