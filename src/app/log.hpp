// The logger's port: one line per event, fields in the order given.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.hpp"

namespace signal_hub::app {

enum class Level : std::uint8_t { debug, info, warn, error };

struct LogField {
  std::string_view name;
  std::variant<std::string, std::int64_t, double, bool> value;
};

class Logger {
 public:
  virtual ~Logger() = default;
  virtual bool enabled(Level level) const = 0;
  virtual void set_level(Level level) = 0;
  virtual void write(WallTime at, Level level, std::string_view event,
                     std::span<const LogField> fields) = 0;
  /// Called at the end of a turn; warnings and errors are flushed at once.
  virtual void flush() = 0;
  /// Lines that could not be written since the start.
  virtual std::uint64_t dropped() const = 0;
};

}  // namespace signal_hub::app
