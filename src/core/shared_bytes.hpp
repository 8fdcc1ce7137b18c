// SharedBytes: an immutable text with several owners, all on the hub's thread.
//
// Unlike std::shared_ptr it counts its owners without the locked instructions that would make each
// delivery wait for the memory of the one before it.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace signal_hub::core {

class SharedBytes {
 public:
  SharedBytes() = default;
  SharedBytes(std::nullptr_t) {}  // NOLINT(google-explicit-constructor): as of a pointer
  /// Adds the text's size to `held` until the last owner lets go; `held` outlives it.
  SharedBytes(std::string text, std::size_t& held) : shared_(new Shared{std::move(text), held}) {
    held += shared_->text.size();
  }
  ~SharedBytes() { reset(); }
  SharedBytes(const SharedBytes& other) : shared_(other.shared_) {
    if (shared_ != nullptr) ++shared_->owners;
  }
  SharedBytes(SharedBytes&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
  SharedBytes& operator=(const SharedBytes& other) {
    SharedBytes copy(other);
    std::swap(shared_, copy.shared_);
    return *this;
  }
  SharedBytes& operator=(SharedBytes&& other) noexcept {
    SharedBytes moved(std::move(other));
    std::swap(shared_, moved.shared_);
    return *this;
  }

  void reset() {
    Shared* left = std::exchange(shared_, nullptr);
    if (left == nullptr || --left->owners != 0) return;
    left->held -= left->text.size();
    delete left;
  }

  explicit operator bool() const { return shared_ != nullptr; }
  /// The same text, not an equal one.
  bool operator==(const SharedBytes& other) const { return shared_ == other.shared_; }
  const std::string& operator*() const { return shared_->text; }
  const std::string* operator->() const { return &shared_->text; }
  std::size_t owners() const { return shared_ == nullptr ? 0 : shared_->owners; }

 private:
  struct Shared {
    const std::string text;
    std::size_t& held;
    std::size_t owners = 1;
  };
  Shared* shared_ = nullptr;
};

}  // namespace signal_hub::core
