// Fates: what became of recent messages that nobody stored, for an operator who asks why one did
// not arrive. Bounded; the oldest is forgotten for the newest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_buffer.hpp"
#include "base/time.hpp"

namespace signal_hub::core {

struct Fate {
  std::string message_id;
  std::string sender;
  std::string target;  // an actor, a topic, or `*` for a broadcast
  WallTime at{};
  std::string event;   // delivered, held, dropped or spread
  std::string detail;  // the reason of a drop; counts of a fan-out
};

class Fates {
 public:
  explicit Fates(std::size_t most) : most_(most) {}

  /// Reuses the memory of the one it replaces.
  void record(std::string_view message_id, std::string_view sender, std::string_view target,
              WallTime at, std::string_view event, std::string_view detail);

  /// Oldest first; of any sender if it is empty.
  std::vector<Fate> of(std::string_view message_id, std::string_view sender) const;

 private:
  /// A Fate's texts, one behind the other: every message passes here.
  struct Record {
    ByteBuffer texts;
    std::array<std::uint32_t, 5> ends{};  // message id, sender, target, event, detail
    WallTime at{};

    std::string_view text(std::size_t n) const {
      const std::size_t begin = n == 0 ? 0 : ends[n - 1];
      return texts.view().substr(begin, ends[n] - begin);
    }
  };

  std::size_t most_;
  std::size_t next_ = 0;
  std::vector<Record> ring_;
};

}  // namespace signal_hub::core
