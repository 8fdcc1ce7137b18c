// BufferPool: the memory of outboxes between two uses, so that a steady flow allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/byte_buffer.hpp"
#include "core/shared_bytes.hpp"

namespace signal_hub::core {

/// One frame that waits: bytes of the outbox's own and, behind them, `tail` if there is one.
/// `accepted_us` are the low bits of the stopwatch when the message it delivers came; 0: it is no
/// delivery.
struct OutboxFrame {
  std::uint32_t size;  // of both
  std::uint32_t accepted_us;
  SharedBytes tail{};
};

/// One per hub.
class BufferPool {
 public:
  ByteBuffer take();
  void give(ByteBuffer&& buffer);

  /// A list of frames: an empty one, with room.
  std::vector<OutboxFrame> take_frames();
  void give(std::vector<OutboxFrame>&& frames);

  /// Lets go of the buffers that nobody took since the last call.
  void trim();
  std::size_t free_bytes() const { return free_bytes_; }

  /// Where what is scattered is put together for one write; warm, as all outboxes use it.
  ByteBuffer& gathered() { return gathered_; }

 private:
  // What is kept after a storm is bounded.
  static constexpr std::size_t kept_lists = 1024;
  static constexpr std::size_t kept_list_bytes = 4096;
  static constexpr std::size_t kept_buffer_bytes = std::size_t{32} << 20U;  // of all buffers

  std::vector<ByteBuffer> free_;
  std::size_t free_bytes_ = 0;
  std::size_t unused_ = 0;  // of free_, from its front: not taken since the last trim()
  std::vector<std::vector<OutboxFrame>> frames_;
  ByteBuffer gathered_;
};

}  // namespace signal_hub::core
