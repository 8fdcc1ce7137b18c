// ByteBuffer: bytes that are appended to, read from the front and given back as a whole.
//
// What std::string does, but for clearing memory that is written right after.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace signal_hub {

class ByteBuffer {
 public:
  ByteBuffer() = default;
  explicit ByteBuffer(std::string_view bytes) {
    std::copy(bytes.begin(), bytes.end(), grow(bytes.size()));
  }
  ~ByteBuffer() = default;
  ByteBuffer(const ByteBuffer&) = delete;
  ByteBuffer& operator=(const ByteBuffer&) = delete;
  ByteBuffer(ByteBuffer&& other) noexcept
      : bytes_(std::move(other.bytes_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  ByteBuffer& operator=(ByteBuffer&& other) noexcept {
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  /// Makes it `bytes` longer and returns where they begin; their values are arbitrary. Earlier
  /// views are invalid. Amortised O(bytes).
  char* grow(std::size_t bytes) {
    if (size_ + bytes > capacity_) reserve(std::max(size_ + bytes, 2 * capacity_));
    return bytes_.get() + std::exchange(size_, size_ + bytes);
  }

  /// Forgets the bytes, keeps the memory.
  void clear() { size_ = 0; }

  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  void reserve(std::size_t capacity) {
    std::unique_ptr<char[]> bytes(new char[capacity]);  // not make_unique, which clears it
    std::copy_n(bytes_.get(), size_, bytes.get());
    bytes_ = std::move(bytes);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace signal_hub
