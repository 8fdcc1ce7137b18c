#include "adapters/log/json_logger.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>

#include "adapters/log/fd_sink.hpp"
#include "core/log_events.hpp"

namespace signal_hub::adapters {
namespace {

using app::Level;
using app::LogField;

constexpr Millis patience_at_the_end{1'000};

void hold_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    // The lowest free number is taken, which is this one; it stays open as long as the process.
    if (fcntl(fd, F_GETFD) == -1) (void)open("/dev/null", O_RDWR);
  }
}

class FdLogger final : public app::Logger {
 public:
  FdLogger(int fd, LogFormat format, Level level)
      : format_(format),
        level_(level),
        coloured_(format == LogFormat::text && isatty(fd) == 1),
        sink_(std::make_shared<FdSink>(fd)),
        logger_("signal-hub", sink_) {
    logger_.set_pattern("%v");
    logger_.set_level(spdlog::level::trace);
    logger_.flush_on(spdlog::level::warn);
    logger_.set_error_handler([](const std::string&) {});  // the log must not end the hub
  }
  ~FdLogger() override { sink_->drain(patience_at_the_end); }
  FdLogger(const FdLogger&) = delete;
  FdLogger& operator=(const FdLogger&) = delete;

  bool enabled(Level level) const override { return level >= level_; }
  void set_level(Level level) override { level_ = level; }

  void write(WallTime at, Level level, std::string_view event,
             std::span<const LogField> fields) override {
    if (!enabled(level)) return;
    tell_of_dropped(at);
    put(at, level, event, fields);
  }

  void flush() override { logger_.flush(); }

  std::uint64_t dropped() const override { return sink_->dropped_in_all(); }

 private:
  void tell_of_dropped(WallTime at) {
    const std::uint64_t count = sink_->take_dropped();
    if (count == 0) return;
    const std::array fields{LogField{"count", static_cast<std::int64_t>(count)}};
    put(at, Level::warn, core::info(core::LogEvent::log_lines_dropped).name, fields);
  }

  void put(WallTime at, Level level, std::string_view event, std::span<const LogField> fields) {
    const std::string line = format_ == LogFormat::json
                                 ? format_json(at, level, event, fields)
                                 : format_text(at, level, event, fields, coloured_);
    logger_.log(level >= Level::warn ? spdlog::level::warn : spdlog::level::info, line);
  }

  LogFormat format_;
  Level level_;
  bool coloured_;
  std::shared_ptr<FdSink> sink_;
  spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<app::Logger> make_stdout_logger(LogFormat format, Level level) {
  hold_standard_descriptors();
  return make_logger(STDOUT_FILENO, format, level);
}

std::unique_ptr<app::Logger> make_logger(int fd, LogFormat format, Level level) {
  return std::make_unique<FdLogger>(fd, format, level);
}

}  // namespace signal_hub::adapters
