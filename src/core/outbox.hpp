// Outbox: the frames of one connection that have not been handed to its transport.
//
// Holds ready-framed bytes, so that a turn's frames leave in one write. What a frame shares with
// those of other recipients is referenced: large tails go out by themselves, small ones are put
// together with what is around them when they are sent. Empty, it owns no memory. PROTOCOL.md §5.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/histogram.hpp"
#include "core/byte_queue.hpp"
#include "wire/ws_frame.hpp"

namespace signal_hub::core {

/// Names a receipt to be sent when a frame's last byte is with the kernel; 0 is none.
using ReceiptId = std::uint64_t;

/// Whole frames, ready for a transport: the library below may put a pong between two writes, and it
/// must not land within a frame.
struct Outgoing {
  std::string_view bytes;
  const SharedBytes* tail = nullptr;  // follows the bytes; the end of the last frame

  std::size_t size() const { return bytes.size() + (tail == nullptr ? 0 : (*tail)->size()); }
  bool empty() const { return bytes.empty(); }
  void append_to(std::string& out) const {
    out.append(bytes);
    if (tail != nullptr) out.append(**tail);
  }
};

/// One frame, its parts one after the other.
struct FrameParts {
  std::string_view head;
  std::string_view middle{};
  std::string_view tail{};
  const SharedBytes* shared = nullptr;  // a tail that is referenced, not copied; instead of `tail`
  ReceiptId receipt = 0;
  std::uint32_t accepted_us = 0;  // of a delivery (OutboxFrame)
};

class Outbox {
 public:
  void append(BufferPool& pool, wire::Opcode opcode, const FrameParts& parts);

  /// The next frames for the transport, empty if none; valid until the next call on any outbox.
  Outgoing unsent(BufferPool& pool) const;

  /// The first `bytes`, whole frames, now belong to the transport. Tells `deliveries` how long they
  /// took until `now_us`.
  void handed_over(BufferPool& pool, std::size_t bytes, std::uint64_t now_us,
                   WayHistogram& deliveries);

  /// All that was handed over is with the kernel: moves the receipts reached to `out`.
  void written(std::vector<ReceiptId>& out);

  /// The receipts of frames that are not with the kernel yet, in order.
  template <class F>
  void for_each_receipt(F&& f) const {
    for (const Receipt& receipt : receipts_) f(receipt.id);
  }

  /// Drops every frame; their receipts go to `out`, and with them those of frames not yet written.
  /// Returns how many frames were dropped.
  std::size_t discard(BufferPool& pool, std::vector<ReceiptId>& out);

  /// Asks for the memory that append() will write to.
  void prefetch() const;

  bool empty() const { return bytes_ == 0; }
  std::size_t frames() const { return frames_.size() - first_frame_; }
  std::size_t bytes() const { return bytes_; }              // still to hand over, shared ones too
  std::size_t copied_bytes() const { return own_.size(); }  // held by this outbox alone
  std::uint64_t frames_handed_over() const { return frames_done_; }

 private:
  struct Receipt {
    std::uint64_t end;  // position in the stream of bytes
    ReceiptId id;
  };

  static std::size_t own_bytes(const OutboxFrame& frame) {
    return frame.size - (frame.tail ? frame.tail->size() : 0);
  }
  Outgoing gather(ByteBuffer& out) const;
  void finish_frame(std::uint64_t now_us, WayHistogram& deliveries);
  void drop_finished(BufferPool& pool);

  ByteQueue own_;
  std::vector<OutboxFrame> frames_;
  std::size_t first_frame_ = 0;
  std::size_t shared_tails_ = 0;  // of the frames that wait
  std::size_t bytes_ = 0;
  std::uint64_t handed_ = 0;  // position: all bytes ever handed over
  std::uint64_t frames_done_ = 0;
  std::vector<Receipt> receipts_;
};

}  // namespace signal_hub::core
