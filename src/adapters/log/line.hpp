// A log line from an event and its fields: an object of JSON, or text for people.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/log.hpp"

namespace signal_hub::adapters {

/// `debug`, `info`, `warn` or `error`.
std::optional<app::Level> parse_level(std::string_view name);

/// One line without its end. Invalid UTF-8 in a value becomes U+FFFD, a number that is none null.
std::string format_json(WallTime at, app::Level level, std::string_view event,
                        std::span<const app::LogField> fields);

/// `TIME LEVEL EVENT name=value …`, values as in JSON; `coloured` for a terminal.
std::string format_text(WallTime at, app::Level level, std::string_view event,
                        std::span<const app::LogField> fields, bool coloured);

}  // namespace signal_hub::adapters
