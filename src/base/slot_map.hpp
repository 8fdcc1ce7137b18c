// SlotMap: a dense table whose entries keep their place and are named by slot + generation.
//
// Insert, find and erase are O(1). References stay valid until the entry is erased: entries live in
// chunks that never move. Memory is given back with the map alone: slots are used again.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/prefetch.hpp"

namespace signal_hub {

template <class T, class Id>
class SlotMap {
 public:
  template <class... Args>
  Id insert(Args&&... args) {
    std::uint32_t slot = 0;
    if (free_.empty()) {
      slot = slots_++;
      if (slot % chunk_size == 0) chunks_.push_back(std::make_unique<Chunk>());
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    Cell& made = cell(slot);
    made.value.emplace(std::forward<Args>(args)...);
    ++size_;
    return {slot, made.generation};
  }

  T* find(Id id) {
    if (id.slot >= slots_) return nullptr;
    Cell& found = cell(id.slot);
    return found.generation == id.generation && found.value ? &*found.value : nullptr;
  }
  const T* find(Id id) const { return const_cast<SlotMap*>(this)->find(id); }

  /// Asks for the first `bytes` of an entry that find() will be called for.
  void prefetch(Id id, std::size_t bytes) const {
    if (id.slot >= slots_) return;
    const Cell& coming = cell(id.slot);
    const auto* first = reinterpret_cast<const char*>(&coming.value);
    signal_hub::prefetch(&coming, first + std::min(bytes, sizeof(T)) - 1);
  }

  /// Unknown ids are ignored.
  void erase(Id id) {
    if (find(id) == nullptr) return;
    Cell& freed = cell(id.slot);
    freed.value.reset();
    ++freed.generation;
    free_.push_back(id.slot);
    --size_;
  }

  std::size_t size() const { return size_; }

  /// Calls f(id, value) for entries from slot `from` on, in slot order, until f says false or
  /// `most` slots were looked at. Where to go on; nullopt: that was the last slot. f must not
  /// insert or erase.
  template <class F>
  std::optional<std::uint32_t> walk(std::uint32_t from, std::size_t most, F&& f) const {
    for (std::uint32_t slot = from; slot < slots_; ++slot, --most) {
      if (most == 0) return slot;
      const Cell& each = cell(slot);
      if (each.value && !f(Id{slot, each.generation}, *each.value)) {
        return slot + 1 < slots_ ? std::optional(slot + 1) : std::nullopt;
      }
    }
    return std::nullopt;
  }

  /// Calls f(id, value) for each entry, in slot order. f must not insert or erase.
  template <class F>
  void for_each(F&& f) {
    for (std::uint32_t slot = 0; slot < slots_; ++slot) {
      Cell& each = cell(slot);
      if (each.value) f(Id{slot, each.generation}, *each.value);
    }
  }

 private:
  struct Cell {
    std::uint32_t generation = 1;
    std::optional<T> value;
  };
  // A power of two: a slot's place is found by shifting.
  static constexpr std::uint32_t chunk_size = 16;
  using Chunk = std::array<Cell, chunk_size>;

  Cell& cell(std::uint32_t slot) const { return (*chunks_[slot / chunk_size])[slot % chunk_size]; }

  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::uint32_t slots_ = 0;  // ever made
  std::vector<std::uint32_t> free_;
  std::size_t size_ = 0;
};

}  // namespace signal_hub
