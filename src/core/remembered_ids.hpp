// The ids of reliable messages that were accepted, for as long as a retry of them is recognised
// (PROTOCOL.md §7). What was accepted is on disk; this finds it without an index there: 24 bytes a
// message.
//
// A hash may name another message, or one that the store refused: whoever finds one looks at the
// stored message before believing it.
#pragma once

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
  struct Entry {
    std::uint64_t hash;
    std::uint32_t counter;  // the lower half of the position
    std::uint32_t digest;
  };
  static_assert(sizeof(Entry) == 16);

  /// Entries in a row whose positions have the same upper half: they were accepted by one run.
  struct Run {
    std::uint32_t number;
    std::size_t entries;
  };

  /// Entries in a row that are forgotten together.
  struct Group {
    MonoTime until;
    std::size_t entries;
  };

  std::uint64_t position(std::uint32_t number) const;
  const Entry& at(std::uint32_t number) const { return entries_[number - first_]; }
  std::size_t bucket(std::uint64_t hash) const { return hash & (slots_.size() - 1); }
  std::size_t slot_of(std::uint32_t number) const;
  void forget_oldest();
  void grow();
  void place(std::uint32_t number);
  void close_gap(std::size_t gap);

  std::deque<Entry> entries_;
  std::deque<Run> runs_;
  std::deque<Group> groups_;
  std::uint32_t first_ = 1;           // number of the oldest entry; numbers wrap around past 0
  std::vector<std::uint32_t> slots_;  // open addressing: the numbers of entries, 0: free
};

}  // namespace signal_hub::core
