// The log on stdout, by spdlog: JSON objects, one a line, or text for people.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "app/log.hpp"

namespace signal_hub::adapters {

enum class LogFormat : std::uint8_t { json, text };

std::unique_ptr<app::Logger> make_stdout_logger(LogFormat format, app::Level level);

std::optional<app::Level> parse_level(std::string_view name);

/// One line without its end. Invalid UTF-8 in a value becomes U+FFFD.
std::string format_json(WallTime at, app::Level level, std::string_view event,
                        std::span<const app::LogField> fields);
std::string format_text(WallTime at, app::Level level, std::string_view event,
                        std::span<const app::LogField> fields);

}  // namespace signal_hub::adapters
