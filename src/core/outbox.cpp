#include "core/outbox.hpp"

#include <algorithm>
#include <array>

namespace signal_hub::core {
namespace {

// One write hands over at most this much: what a blocked socket leaves with the library is bounded
// by it, and can then no longer be discarded.
constexpr std::size_t write_bytes = std::size_t{256} * 1024;

// Copied frames go on in a new chunk beyond this, so that a handed-over front is freed early.
constexpr std::size_t chunk_bytes = std::size_t{64} * 1024;

// A queue that never runs empty gives back its used-up front in steps of this many entries.
constexpr std::size_t compact_after = 1024;

}  // namespace

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
  if (bytes == 0 || bytes > 2 * chunk_bytes || free_bytes_ + bytes > kept_buffer_bytes) return;
  buffer.clear();
  free_bytes_ += bytes;
  free_.push_back(std::move(buffer));
}

ByteBuffer& Outbox::copy_buffer(BufferPool& pool) {
  const bool usable = first_chunk_ < chunks_.size() && !chunks_.back().shared &&
                      chunks_.back().copied.size() < chunk_bytes;
  if (!usable) {
    if (chunks_.capacity() == 0) chunks_ = pool.take_chunks();
    chunks_.push_back({pool.take(), nullptr});
  }
  return chunks_.back().copied;
}

void Outbox::append(BufferPool& pool, wire::Opcode opcode, std::string_view head,
                    std::string_view middle, std::string_view tail, const SharedBytes& shared,
                    ReceiptId receipt, std::uint32_t accepted_us) {
  std::array<char, wire::ws_header_max> header;
  const std::size_t length = head.size() + middle.size() + tail.size();
  const std::size_t header_size = wire::write_ws_header(header.data(), opcode, length);
  const std::size_t copied = header_size + length - (shared ? tail.size() : 0);
  char* at = copy_buffer(pool).grow(copied);
  at = std::copy_n(header.data(), header_size, at);
  at = std::copy_n(head.data(), head.size(), at);
  at = std::copy_n(middle.data(), middle.size(), at);
  if (!shared) std::copy_n(tail.data(), tail.size(), at);
  const std::size_t size = copied + (shared ? tail.size() : 0);
  if (shared) chunks_.push_back({{}, shared});
  if (frames_.capacity() == 0) frames_ = pool.take_frames();
  frames_.push_back({static_cast<std::uint32_t>(size), accepted_us});
  bytes_ += size;
  copied_ += copied;
  if (receipt != 0) receipts_.push_back({handed_ + bytes_, receipt});
}

std::string_view Outbox::unsent() const {
  if (bytes_ == 0) return {};
  return chunks_[first_chunk_].view().substr(offset_, write_bytes);
}

void Outbox::handed_over(BufferPool& pool, std::size_t bytes, std::uint64_t now_us,
                         WayHistogram& deliveries) {
  OutboxChunk& chunk = chunks_[first_chunk_];
  offset_ += bytes;
  bytes_ -= bytes;
  handed_ += bytes;
  if (!chunk.shared) copied_ -= bytes;
  pop_frames(pool, bytes, now_us, deliveries);
  if (offset_ == chunk.view().size()) drop_front_chunk(pool);
}

void Outbox::pop_frames(BufferPool& pool, std::size_t bytes, std::uint64_t now_us,
                        WayHistogram& deliveries) {
  into_frame_ += bytes;
  while (first_frame_ < frames_.size() && into_frame_ >= frames_[first_frame_].size) {
    const OutboxFrame& frame = frames_[first_frame_++];
    into_frame_ -= frame.size;
    ++frames_done_;
    // The low bits of a difference are those of the whole.
    if (frame.accepted_us != 0) {
      deliveries.observe(static_cast<std::uint32_t>(now_us) - frame.accepted_us);
    }
  }
  if (first_frame_ == frames_.size()) {
    pool.give(std::exchange(frames_, {}));
    first_frame_ = 0;
  } else if (first_frame_ >= compact_after) {
    frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(first_frame_));
    first_frame_ = 0;
  }
}

void Outbox::drop_front_chunk(BufferPool& pool) {
  pool.give(std::move(chunks_[first_chunk_].copied));
  chunks_[first_chunk_].shared.reset();
  offset_ = 0;
  ++first_chunk_;
  if (first_chunk_ == chunks_.size()) {
    pool.give(std::exchange(chunks_, {}));
    first_chunk_ = 0;
  } else if (first_chunk_ >= compact_after) {
    chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(first_chunk_));
    first_chunk_ = 0;
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
  if (bytes_ == 0) return 0;
  // The rest of a frame in transit must still leave, or the stream is corrupt.
  std::string rest;
  std::size_t wanted = into_frame_ == 0 ? 0 : frames_[first_frame_].size - into_frame_;
  const std::size_t dropped = frames() - (into_frame_ == 0 ? 0 : 1);
  const OutboxFrame whole = into_frame_ == 0 ? OutboxFrame{} : frames_[first_frame_];
  for (std::size_t i = first_chunk_, skip = offset_; i < chunks_.size() && wanted > 0; ++i) {
    const std::string_view part = chunks_[i].view().substr(skip, wanted);
    rest.append(part);
    wanted -= part.size();
    skip = 0;
  }
  while (!chunks_.empty()) drop_front_chunk(pool);
  frames_.clear();
  first_frame_ = 0;
  bytes_ = copied_ = rest.size();
  if (rest.empty()) return dropped;
  frames_.push_back(whole);
  chunks_.push_back({ByteBuffer(rest), nullptr});
  return dropped;
}

}  // namespace signal_hub::core
