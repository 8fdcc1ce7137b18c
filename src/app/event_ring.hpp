// The log events of late, in memory: a logger in front of the real one (docs/openapi.yaml,
// /events).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "app/log.hpp"
#include "base/time.hpp"

namespace signal_hub::app {

class EventRing final : public Logger {
 public:
  struct Entry {
    std::uint64_t sequence;  // from 1, without gaps
    WallTime at;
    Level level;
    std::string event;
    std::vector<LogField> fields;
  };

  /// `behind` must outlive it.
  EventRing(Logger& behind, std::size_t most) : behind_(behind), most_(most) {}

  /// Oldest first, without gaps.
  const std::deque<Entry>& entries() const { return entries_; }
  std::uint64_t last_sequence() const { return last_; }

  // Logger. What the real one does not want is remembered from info upwards.
  bool enabled(Level level) const override;
  void set_level(Level level) override { behind_.set_level(level); }
  void write(WallTime at, Level level, std::string_view event,
             std::span<const LogField> fields) override;
  void flush() override { behind_.flush(); }
  std::uint64_t dropped() const override { return behind_.dropped(); }

 private:
  Logger& behind_;
  std::size_t most_;
  std::deque<Entry> entries_;
  std::uint64_t last_ = 0;
};

}  // namespace signal_hub::app
