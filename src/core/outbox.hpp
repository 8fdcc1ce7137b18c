// Outbox: the frames of one connection that have not been handed to its transport.
//
// Holds ready-framed bytes: small frames are copied into one buffer, so that a turn's frames leave
// in one write; large tails stay shared. Empty, it owns no memory. PROTOCOL.md §5.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_buffer.hpp"
#include "base/histogram.hpp"
#include "wire/ws_frame.hpp"

namespace signal_hub::core {

/// Bytes shared by the outboxes of all recipients; immutable.
using SharedBytes = std::shared_ptr<const std::string>;

/// A part of what an outbox holds: bytes of its own, or shared ones.
struct OutboxChunk {
  ByteBuffer copied;  // or
  SharedBytes shared;
  std::string_view view() const { return shared ? std::string_view(*shared) : copied.view(); }
};

/// One frame that waits. `accepted_us` are the low bits of the stopwatch when the message it
/// delivers came; 0: it is no delivery.
struct OutboxFrame {
  std::uint32_t size;
  std::uint32_t accepted_us;
};

/// The memory of outboxes between two uses, so that a steady flow allocates nothing. One per hub.
class BufferPool {
 public:
  ByteBuffer take();
  void give(ByteBuffer&& buffer);

  /// Lets go of the buffers that nobody took since the last call.
  void trim();
  std::size_t free_bytes() const { return free_bytes_; }

  // The lists of an outbox; empty ones, with room.
  std::vector<OutboxChunk> take_chunks() { return take_from(chunks_); }
  std::vector<OutboxFrame> take_frames() { return take_from(frames_); }
  void give(std::vector<OutboxChunk>&& chunks) { give_to(chunks_, std::move(chunks)); }
  void give(std::vector<OutboxFrame>&& frames) { give_to(frames_, std::move(frames)); }

 private:
  template <class T>
  static std::vector<T> take_from(std::vector<std::vector<T>>& free) {
    if (free.empty()) return {};
    std::vector<T> list = std::move(free.back());
    free.pop_back();
    return list;
  }
  template <class T>
  static void give_to(std::vector<std::vector<T>>& free, std::vector<T>&& list) {
    const std::size_t bytes = list.capacity() * sizeof(T);
    if (bytes == 0 || bytes > kept_list_bytes || free.size() >= kept_lists) return;
    list.clear();
    free.push_back(std::move(list));
  }

  // What is kept after a storm is bounded.
  static constexpr std::size_t kept_lists = 1024;
  static constexpr std::size_t kept_list_bytes = 4096;
  static constexpr std::size_t kept_buffer_bytes = std::size_t{32} << 20U;  // of all buffers

  std::vector<ByteBuffer> free_;
  std::size_t free_bytes_ = 0;
  std::size_t unused_ = 0;  // of free_, from its front: not taken since the last trim()
  std::vector<std::vector<OutboxChunk>> chunks_;
  std::vector<std::vector<OutboxFrame>> frames_;
};

/// Names a receipt to be sent when a frame's last byte is with the kernel; 0 is none.
using ReceiptId = std::uint64_t;

class Outbox {
 public:
  /// Appends one frame made of `head` + `middle` + `tail`. A `shared` tail is referenced, not
  /// copied; then `tail` must be its view.
  void append(BufferPool& pool, wire::Opcode opcode, std::string_view head, std::string_view middle,
              std::string_view tail, const SharedBytes& shared, ReceiptId receipt,
              std::uint32_t accepted_us = 0);

  /// The next bytes for the transport, empty if none; valid until the next non-const call.
  std::string_view unsent() const;

  /// `bytes` of unsent() now belong to the transport. Tells `deliveries` how long those that are
  /// complete took until `now_us`.
  void handed_over(BufferPool& pool, std::size_t bytes, std::uint64_t now_us,
                   WayHistogram& deliveries);

  /// All that was handed over is with the kernel: moves the receipts reached to `out`.
  void written(std::vector<ReceiptId>& out);

  /// The receipts of frames that are not with the kernel yet, in order.
  template <class F>
  void for_each_receipt(F&& f) const {
    for (const Receipt& receipt : receipts_) f(receipt.id);
  }

  /// Drops every frame of which no byte was handed over; their receipts go to `out`, and with them
  /// those of frames not yet written. Returns how many frames were dropped.
  std::size_t discard(BufferPool& pool, std::vector<ReceiptId>& out);

  bool empty() const { return bytes_ == 0; }
  std::size_t frames() const { return frames_.size() - first_frame_; }
  std::size_t bytes() const { return bytes_; }          // still to hand over, shared ones too
  std::size_t copied_bytes() const { return copied_; }  // held by this outbox alone
  std::uint64_t frames_handed_over() const { return frames_done_; }

 private:
  struct Receipt {
    std::uint64_t end;  // position in the stream of bytes
    ReceiptId id;
  };

  ByteBuffer& copy_buffer(BufferPool& pool);
  void drop_front_chunk(BufferPool& pool);
  void pop_frames(BufferPool& pool, std::size_t bytes, std::uint64_t now_us,
                  WayHistogram& deliveries);

  std::vector<OutboxChunk> chunks_;
  std::size_t first_chunk_ = 0;
  std::size_t offset_ = 0;  // handed over of the first chunk
  std::vector<OutboxFrame> frames_;
  std::size_t first_frame_ = 0;
  std::size_t into_frame_ = 0;  // handed over of the first frame
  std::size_t bytes_ = 0;
  std::size_t copied_ = 0;
  std::uint64_t handed_ = 0;  // position: all bytes ever handed over
  std::uint64_t frames_done_ = 0;
  std::vector<Receipt> receipts_;
};

}  // namespace signal_hub::core
