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

std::string_view Outbox::unsent(BufferPool& pool) const {
  if (bytes_ == 0) return {};
  if (shared_tails_ == 0) return own_.front().substr(0, limits::write_bytes);
  const OutboxFrame& first = frames_[first_frame_];
  const std::size_t own = own_bytes(first);
  if (into_frame_ >= own && first.tail->size() >= limits::shared_tail_bytes) {
    return std::string_view(*first.tail).substr(into_frame_ - own, limits::write_bytes);
  }
  return gather(pool.gathered());
}

/// Whole frames, but for one that is too large for that.
std::string_view Outbox::gather(ByteBuffer& out) const {
  out.clear();
  ByteQueue::Reader own(own_);
  std::size_t skip = into_frame_;
  for (auto frame = frames_.begin() + static_cast<std::ptrdiff_t>(first_frame_);
       frame != frames_.end() && out.size() < limits::gathered_bytes; ++frame) {
    const std::size_t own_part = own_bytes(*frame);
    own.read(own_part - std::min(own_part, skip), out);
    const std::size_t into_tail = skip - std::min(own_part, skip);
    skip = 0;
    if (!frame->tail) continue;
    if (frame->tail->size() >= limits::shared_tail_bytes) break;
    const std::string_view tail = std::string_view(*frame->tail).substr(into_tail);
    std::copy_n(tail.data(), tail.size(), out.grow(tail.size()));
  }
  return out.view();
}

void Outbox::handed_over(BufferPool& pool, std::size_t bytes, std::uint64_t now_us,
                         WayHistogram& deliveries) {
  handed_ += bytes;
  bytes_ -= bytes;
  std::size_t own = bytes;
  while (bytes > 0) {
    const OutboxFrame& frame = frames_[first_frame_];
    const std::size_t here = std::min(bytes, frame.size - into_frame_);
    if (frame.tail) own -= of_tail(frame, here);
    into_frame_ += here;
    bytes -= here;
    if (into_frame_ == frame.size) finish_frame(now_us, deliveries);
  }
  own_.pass(pool, own);
  drop_finished(pool);
}

/// How many of the first frame's next `bytes` are its tail's.
std::size_t Outbox::of_tail(const OutboxFrame& frame, std::size_t bytes) const {
  const std::size_t own = own_bytes(frame);
  const std::size_t end = into_frame_ + bytes;
  return end - std::min(end, std::max(own, into_frame_));
}

void Outbox::finish_frame(std::uint64_t now_us, WayHistogram& deliveries) {
  OutboxFrame& frame = frames_[first_frame_++];
  into_frame_ = 0;
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
  // The rest of a frame in transit must still leave, or the stream is corrupt.
  const std::size_t kept = into_frame_ == 0 ? 0 : 1;
  const std::size_t dropped = frames() - kept;
  frames_.erase(frames_.begin() + static_cast<std::ptrdiff_t>(first_frame_ + kept), frames_.end());
  keep_own(pool, kept == 0 ? 0 : own_left());
  bytes_ = kept == 0 ? 0 : frames_[first_frame_].size - into_frame_;
  shared_tails_ = kept != 0 && frames_[first_frame_].tail ? 1 : 0;
  drop_finished(pool);
  return dropped;
}

/// Of the frame in transit.
std::size_t Outbox::own_left() const {
  const std::size_t own = own_bytes(frames_[first_frame_]);
  return own - std::min(own, into_frame_);
}

void Outbox::keep_own(BufferPool& pool, std::size_t bytes) {
  ByteBuffer kept;
  ByteQueue::Reader(own_).read(bytes, kept);
  own_.pass(pool, own_.size());
  if (bytes > 0) std::copy_n(kept.view().data(), bytes, own_.grow(pool, bytes));
}

void Outbox::prefetch() const {
  own_.prefetch();
  if (!frames_.empty()) signal_hub::prefetch(&frames_.back() + 1);
}

}  // namespace signal_hub::core
