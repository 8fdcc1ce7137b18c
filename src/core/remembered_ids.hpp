// The ids of reliable messages that were accepted, for as long as a retry of them is recognised
// (PROTOCOL.md §7). What was accepted is on disk; this finds it without an index there: 28 bytes a
// message.
//
// A hash may name another message, or one that the store refused: whoever finds one looks at the
// stored message before believing it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace signal_hub::core {

class RememberedIds {
 public:
  struct Found {
    std::uint64_t position;
    std::uint32_t digest;
  };

  static std::uint64_t hash(std::string_view sender, std::string_view message_id);

  /// The newest one remembered for it.
  std::optional<Found> find(std::uint64_t hash) const;

  /// `digest` covers what was sent; 0: not known (any more). Forgotten at `until`, or when there
  /// are more than `limit` (0: unlimited) newer ones.
  void add(std::uint64_t hash, std::uint32_t digest, std::uint64_t position, MonoTime until,
           std::size_t limit);

  void expire(MonoTime now);
  std::size_t size() const { return entries_.size(); }

 private:
  /// Five halves of words instead of three words.
  class Entry {
   public:
    Entry(std::uint64_t hash, std::uint64_t position, std::uint32_t digest)
        : hash_(halves(hash)), position_(halves(position)), digest_(digest) {}
    std::uint64_t hash() const { return whole(hash_); }
    std::uint64_t position() const { return whole(position_); }
    std::uint32_t digest() const { return digest_; }

   private:
    using Halves = std::array<std::uint32_t, 2>;
    static Halves halves(std::uint64_t word) {
      return {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32U)};
    }
    static std::uint64_t whole(const Halves& h) { return std::uint64_t{h[1]} << 32U | h[0]; }
    Halves hash_;
    Halves position_;
    std::uint32_t digest_;
  };
  static_assert(sizeof(Entry) == 20);

  /// Entries in a row that are forgotten together.
  struct Group {
    MonoTime until;
    std::size_t entries;
  };

  const Entry& at(std::uint32_t number) const { return entries_[number - first_]; }
  std::size_t bucket(std::uint64_t hash) const { return hash & (slots_.size() - 1); }
  std::size_t slot_of(std::uint32_t number) const;
  void forget_oldest();
  void grow();
  void place(std::uint32_t number);
  void close_gap(std::size_t gap);

  std::deque<Entry> entries_;
  std::deque<Group> groups_;
  std::uint32_t first_ = 1;           // number of the oldest entry; numbers wrap around past 0
  std::vector<std::uint32_t> slots_;  // open addressing: the numbers of entries, 0: free
};

}  // namespace signal_hub::core
