#include "adapters/log/json_logger.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "base/limits.hpp"

namespace signal_hub::adapters {
namespace {

using app::Level;
using app::LogField;

constexpr WallTime at = from_epoch_ms(1'700'000'000'000);

/// A pipe whose reading end never blocks, so that "nothing was written" can be seen.
class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }
  ~Pipe() {
    close_reader();
    close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int writer() const { return ends_[1]; }
  void close_reader() {
    if (ends_[0] >= 0) close(ends_[0]);
    ends_[0] = -1;
  }
  std::string read_all() const {
    std::string all;
    std::array<char, 65536> some;
    for (ssize_t n = 0; (n = read(ends_[0], some.data(), some.size())) > 0;) {
      all.append(some.data(), static_cast<std::size_t>(n));
    }
    return all;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

std::vector<nlohmann::json> lines_of(const std::string& text) {
  std::vector<nlohmann::json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

class PipeLogger : public testing::Test {
 protected:
  void SetUp() override { std::signal(SIGPIPE, SIG_IGN); }

  void write(Level level, const std::string& event = "e") { logger_->write(at, level, event, {}); }
  /// More than the buffer holds, each line with its number.
  int write_too_much() {
    const std::string filling(1000, 'x');
    const int lines = static_cast<int>(limits::log_buffer_bytes / 1000 * 2);
    for (int i = 0; i < lines; ++i) {
      const std::array fields{LogField{"n", std::int64_t{i}}, LogField{"x", filling}};
      logger_->write(at, Level::info, "e", fields);
    }
    return lines;
  }
  /// What a reader gets that reads as fast as there is something.
  std::string drain() {
    std::string all;
    for (;;) {
      logger_->flush();
      const std::string some = pipe_.read_all();
      if (some.empty()) return all;
      all += some;
    }
  }

  Pipe pipe_;
  std::unique_ptr<app::Logger> logger_ = make_logger(pipe_.writer(), LogFormat::json, Level::info);
};

TEST_F(PipeLogger, GathersLinesUntilTheFlush) {
  write(Level::info, "first");
  write(Level::info, "second");
  EXPECT_EQ(pipe_.read_all(), "");
  logger_->flush();
  EXPECT_EQ(
      pipe_.read_all(),
      "{\"timestamp\":\"2023-11-14T22:13:20.000Z\",\"level\":\"info\",\"event\":\"first\"}\n"
      "{\"timestamp\":\"2023-11-14T22:13:20.000Z\",\"level\":\"info\",\"event\":\"second\"}\n");
  logger_->flush();
  EXPECT_EQ(pipe_.read_all(), "");
}

TEST_F(PipeLogger, WarningsAndErrorsLeaveAtOnceAfterWhatCameBefore) {
  write(Level::info, "before");
  write(Level::warn, "warning");
  EXPECT_EQ(lines_of(pipe_.read_all()).size(), 2U);
  write(Level::error, "failure");
  EXPECT_EQ(lines_of(pipe_.read_all()).at(0)["event"], "failure");
}

TEST_F(PipeLogger, TheLevelFiltersAndChangesAtRunTime) {
  EXPECT_FALSE(logger_->enabled(Level::debug));
  EXPECT_TRUE(logger_->enabled(Level::info));
  write(Level::debug);
  logger_->flush();
  EXPECT_EQ(pipe_.read_all(), "");
  logger_->set_level(Level::debug);
  write(Level::debug);
  logger_->flush();
  EXPECT_EQ(lines_of(pipe_.read_all()).at(0)["level"], "debug");
  logger_->set_level(Level::error);
  EXPECT_FALSE(logger_->enabled(Level::warn));
  write(Level::warn);
  EXPECT_EQ(pipe_.read_all(), "");
}

TEST_F(PipeLogger, BracesInALineAreNoFormat) {
  const std::array fields{LogField{"x", std::string("{} {0} {:d} %v %s")}};
  logger_->write(at, Level::warn, "e", fields);
  EXPECT_EQ(lines_of(pipe_.read_all()).at(0)["x"], "{} {0} {:d} %v %s");
}

// The symptom: a pager left open on the log stopped the hub.
TEST_F(PipeLogger, AReaderThatDoesNotReadBlocksNothing) {
  fcntl(pipe_.writer(), F_SETPIPE_SZ, 4096);
  for (int i = 0; i < 200; ++i) {
    write(Level::warn, "event_" + std::to_string(i));
  }
  const auto lines = lines_of(drain());
  ASSERT_EQ(lines.size(), 200U);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i]["event"], "event_" + std::to_string(i));
  }
}

TEST_F(PipeLogger, BeyondTheBoundLinesAreDroppedAndCounted) {
  const int written = write_too_much();
  auto lines = lines_of(drain());
  const auto kept = static_cast<int>(lines.size());
  ASSERT_LT(kept, written);
  for (int i = 0; i < kept; ++i) EXPECT_EQ(lines[static_cast<std::size_t>(i)]["n"], i);
  write(Level::info, "after");
  lines = lines_of(drain());
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["event"], "log_lines_dropped");
  EXPECT_EQ(lines[0]["level"], "warn");
  EXPECT_EQ(lines[0]["count"], written - kept);
  EXPECT_EQ(lines[1]["event"], "after");
}

TEST_F(PipeLogger, AClosedReaderEndsNothing) {
  pipe_.close_reader();
  write(Level::error);
  write_too_much();
  logger_->flush();
}

TEST_F(PipeLogger, TheEndWritesWhatIsLeft) {
  write(Level::info, "last");
  logger_.reset();
  EXPECT_EQ(lines_of(pipe_.read_all()).at(0)["event"], "last");
}

TEST(Logger, AFullDiskEndsNothing) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  {
    const auto logger = make_logger(full, LogFormat::json, Level::info);
    logger->write(at, Level::error, "e", {});
    logger->flush();
  }
  close(full);
}

TEST(Logger, TextIsColouredOnATerminalOnly) {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  ASSERT_GE(terminal, 0);
  ASSERT_EQ(grantpt(terminal), 0);
  ASSERT_EQ(unlockpt(terminal), 0);
  const int screen = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
  ASSERT_GE(screen, 0);
  make_logger(screen, LogFormat::text, Level::info)->write(at, Level::warn, "seen", {});
  std::array<char, 4096> text{};
  const ssize_t size = read(terminal, text.data(), text.size());
  ASSERT_GT(size, 0);
  EXPECT_NE(std::string(text.data()).find("\x1b[33mwarn"), std::string::npos) << text.data();
  close(screen);
  close(terminal);

  const Pipe pipe;
  make_logger(pipe.writer(), LogFormat::text, Level::info)->write(at, Level::warn, "seen", {});
  EXPECT_EQ(pipe.read_all(), "2023-11-14T22:13:20.000Z warn  seen\n");
}

int opened_with_stdout_closed() {
  close(STDOUT_FILENO);
  const auto logger = make_stdout_logger(LogFormat::json, Level::info);
  const int next = open("/dev/null", O_RDONLY);
  logger->write(at, Level::error, "e", {});
  return next > STDERR_FILENO ? 0 : 1;
}

// The symptom: with stdout closed, the log's lines went into the next file that was opened.
TEST(LoggerDeathTest, AClosedStdoutIsNobodyElsesNumber) {
  EXPECT_EXIT(_exit(opened_with_stdout_closed()), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace signal_hub::adapters
