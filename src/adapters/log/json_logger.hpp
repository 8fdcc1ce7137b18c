// The log on stdout, by spdlog: JSON objects, one a line, or text for people.
#pragma once

#include <cstdint>
#include <memory>

#include "adapters/log/line.hpp"
#include "app/log.hpp"

namespace signal_hub::adapters {

enum class LogFormat : std::uint8_t { json, text };

/// A descriptor that was closed when the process started is held by /dev/null from here on, so that
/// no file or socket opened later gets its number and the log's lines.
std::unique_ptr<app::Logger> make_stdout_logger(LogFormat format, app::Level level);

/// `fd` stays the caller's. Text is coloured if it is a terminal. Writing never waits for a reader,
/// the destructor at most a second (fd_sink.hpp). SIGPIPE must be ignored.
std::unique_ptr<app::Logger> make_logger(int fd, LogFormat format, app::Level level);

}  // namespace signal_hub::adapters
