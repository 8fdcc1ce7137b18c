#include "core/outbox.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/limits.hpp"
#include "base/prefetch.hpp"

namespace signal_hub::core {
namespace {

// A queue that never runs empty gives back its used-up front in steps of this many entries.
constexpr std::size_t compact_after = 1024;

}  // namespace

void Outbox::append(BufferPool& pool, wire::Opcode opcode, const FrameParts& parts) {
  std::array<char, wire::ws_header_max> header;
  const std::size_t copied = parts.head.size() + parts.middle.size() + parts.tail.size();
  const std::size_t length = copied + (parts.shared != nullptr ? (*parts.shared)->size() : 0);
  const std::size_t header_size = wire::write_ws_header(header.data(), opcode, length);
  char* at = own_.grow(pool, header_size + copied);
  at = std::copy_n(header.data(), header_size, at);
  at = std::copy_n(parts.head.data(), parts.head.size(), at);
  at = std::copy_n(parts.middle.data(), parts.middle.size(), at);
  std::copy_n(parts.tail.data(), parts.tail.size(), at);
  if (frames_.capacity() == 0) frames_ = pool.take_frames();
  const auto size = static_cast<std::uint32_t>(header_size + length);
  if (parts.shared != nullptr) {
    frames_.push_back({size, parts.accepted_us, *parts.shared});
    ++shared_tails_;
  } else {
    frames_.push_back({size, parts.accepted_us});
  }
  bytes_ += size;
  if (parts.receipt != 0) receipts_.push_back({handed_ + bytes_, parts.receipt});
}

Outgoing Outbox::unsent(BufferPool& pool) const {
  if (bytes_ == 0) return {};
  if (shared_tails_ == 0) return {own_.front()};
  return gather(pool.gathered());
}

Outgoing Outbox::gather(ByteBuffer& out) const {
  out.clear();
  ByteQueue::Reader own(own_);
  for (std::size_t n = first_frame_; n < frames_.size(); ++n) {
    if (out.size() >= limits::gathered_bytes) break;
    const OutboxFrame& frame = frames_[n];
    own.read(own_bytes(frame), out);
    if (!frame.tail) continue;
    if (frame.tail->size() >= limits::shared_tail_bytes) return {out.view(), &frame.tail};
    std::copy_n(frame.tail->data(), frame.tail->size(), out.grow(frame.tail->size()));
  }
  return {out.view()};
}

void Outbox::handed_over(BufferPool& pool, std::size_t bytes, std::uint64_t now_us,
                         WayHistogram& deliveries) {
  handed_ += bytes;
  bytes_ -= bytes;
  std::size_t own = 0;
  while (bytes > 0) {
    const OutboxFrame& frame = frames_[first_frame_];
    own += own_bytes(frame);
    bytes -= frame.size;
    finish_frame(now_us, deliveries);
  }
  own_.pass(pool, own);
  drop_finished(pool);
}

void Outbox::finish_frame(std::uint64_t now_us, WayHistogram& deliveries) {
  OutboxFrame& frame = frames_[first_frame_++];
  ++frames_done_;
  if (frame.tail) --shared_tails_;
  frame.tail.reset();
  // The low bits of a difference are those of the whole.
  if (frame.accepted_us != 0) {
    deliveries.observe(static_cast<std::uint32_t>(now_us) - frame.accepted_us);
  }
}

void Outbox::drop_finished(BufferPool& pool) {
  if (first_frame_ == frames_.size()) {
    pool.give(std::exchange(frames_, {}));
    first_frame_ = 0;
  } else if (first_frame_ >= compact_after) {
    frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(first_frame_));
    first_frame_ = 0;
  }
}

void Outbox::written(std::vector<ReceiptId>& out) {
  auto reached = receipts_.begin();
  while (reached != receipts_.end() && reached->end <= handed_) out.push_back(reached++->id);
  receipts_.erase(receipts_.begin(), reached);
}

std::size_t Outbox::discard(BufferPool& pool, std::vector<ReceiptId>& out) {
  for (const Receipt& receipt : receipts_) out.push_back(receipt.id);
  receipts_.clear();
  const std::size_t dropped = frames();
  frames_.resize(first_frame_);
  own_.pass(pool, own_.size());
  shared_tails_ = bytes_ = 0;
  drop_finished(pool);
  return dropped;
}

void Outbox::prefetch() const {
  own_.prefetch();
  if (!frames_.empty()) signal_hub::prefetch(&frames_.back() + 1);
}

}  // namespace signal_hub::core
