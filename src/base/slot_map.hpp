// SlotMap: a dense table whose entries keep their place and are named by slot + generation.
//
// Insert, find and erase are O(1). References stay valid until the entry is erased: entries live in
// chunks of a deque that never move.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "base/ids.hpp"

namespace signal_hub {

template <class T, class Id>
class SlotMap {
 public:
  template <class... Args>
  Id insert(Args&&... args) {
    std::uint32_t slot = 0;
    if (free_.empty()) {
      slot = static_cast<std::uint32_t>(cells_.size());
      cells_.emplace_back();
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    cells_[slot].value.emplace(std::forward<Args>(args)...);
    ++size_;
    return {slot, cells_[slot].generation};
  }

  T* find(Id id) {
    if (id.slot >= cells_.size()) return nullptr;
    Cell& cell = cells_[id.slot];
    return cell.generation == id.generation && cell.value ? &*cell.value : nullptr;
  }
  const T* find(Id id) const { return const_cast<SlotMap*>(this)->find(id); }

  /// Unknown ids are ignored.
  void erase(Id id) {
    if (find(id) == nullptr) return;
    Cell& cell = cells_[id.slot];
    cell.value.reset();
    ++cell.generation;
    free_.push_back(id.slot);
    --size_;
  }

  std::size_t size() const { return size_; }

  /// Calls f(id, value) for entries from slot `from` on, in slot order, until f says false or
  /// `most` slots were looked at. Where to go on; nullopt: that was the last slot. f must not
  /// insert or erase.
  template <class F>
  std::optional<std::uint32_t> walk(std::uint32_t from, std::size_t most, F&& f) const {
    for (std::uint32_t slot = from; slot < cells_.size(); ++slot, --most) {
      if (most == 0) return slot;
      const Cell& cell = cells_[slot];
      if (cell.value && !f(Id{slot, cell.generation}, *cell.value)) {
        return slot + 1 < cells_.size() ? std::optional(slot + 1) : std::nullopt;
      }
    }
    return std::nullopt;
  }

  /// Calls f(id, value) for each entry, in slot order. f must not insert or erase.
  template <class F>
  void for_each(F&& f) {
    for (std::uint32_t slot = 0; slot < cells_.size(); ++slot) {
      if (cells_[slot].value) f(Id{slot, cells_[slot].generation}, *cells_[slot].value);
    }
  }

 private:
  struct Cell {
    std::uint32_t generation = 1;
    std::optional<T> value;
  };
  std::deque<Cell> cells_;
  std::vector<std::uint32_t> free_;
  std::size_t size_ = 0;
};

}  // namespace signal_hub
