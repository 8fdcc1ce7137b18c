// ByteQueue: bytes that leave in the order in which they came, in memory of a pool.
#pragma once

#include <string_view>
#include <vector>

#include "core/buffer_pool.hpp"

namespace signal_hub::core {

class ByteQueue {
 public:
  /// Appends `bytes` and returns where they are to be written.
  char* grow(BufferPool& pool, std::size_t bytes);

  /// The first bytes, as many as are in one piece: all of what some calls of grow() returned. Valid
  /// until the next non-const call.
  std::string_view front() const {
    return (full_.empty() ? last_ : full_.front()).view().substr(offset_);
  }

  /// The first `bytes` are gone. REQUIRES: there are as many.
  void pass(BufferPool& pool, std::size_t bytes);

  std::size_t size() const { return size_; }

  /// Asks for the memory that grow() will return.
  void prefetch() const;

  /// Reads without taking away.
  class Reader {
   public:
    explicit Reader(const ByteQueue& queue) : queue_(queue), offset_(queue.offset_) {}
    /// Appends the next `bytes` to `out`. REQUIRES: there are as many.
    void read(std::size_t bytes, ByteBuffer& out);

   private:
    const ByteQueue& queue_;
    std::size_t piece_ = 0;
    std::size_t offset_;
  };

 private:
  void drop_front(BufferPool& pool);

  ByteBuffer last_;               // what is appended goes here
  std::vector<ByteBuffer> full_;  // and these come before it
  std::size_t offset_ = 0;        // passed of the first piece
  std::size_t size_ = 0;
};

}  // namespace signal_hub::core
