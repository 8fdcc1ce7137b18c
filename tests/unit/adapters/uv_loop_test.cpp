#include "adapters/uv/loop.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <functional>
#include <vector>

#include "adapters/uv/process.hpp"

namespace signal_hub::adapters {
namespace {

/// Writes down what the loop tells and lets a test react.
class Recorder final : public app::LoopEvents {
 public:
  void timer() override {
    log.emplace_back("timer");
    if (on_timer) on_timer();
  }
  void end_of_turn() override {
    log.emplace_back("end");
    if (on_end) on_end();
  }
  void signal(int number) override {
    log.emplace_back("signal");
    signals.push_back(number);
    if (on_signal) on_signal();
  }
  std::size_t count(const std::string& what) const {
    return static_cast<std::size_t>(std::count(log.begin(), log.end(), what));
  }

  std::vector<std::string> log;
  std::vector<int> signals;
  std::function<void()> on_timer;
  std::function<void()> on_end;
  std::function<void()> on_signal;
};

class UvLoopTest : public testing::Test {
 protected:
  UvLoopTest() : loop_(make()) { loop_->attach(events_); }

  static std::unique_ptr<UvLoop> make() {
    auto made = UvLoop::create();
    if (!made) throw std::runtime_error(made.error());
    return std::move(*made);
  }
  MonoTime in(Millis wait) const { return loop_->now().mono + wait; }

  Recorder events_;
  std::unique_ptr<UvLoop> loop_;
};

/// A timer that is not the hub's: timers of one loop ring in the order of their deadlines.
class OtherTimer {
 public:
  OtherTimer(UvLoop& loop, Millis wait, std::function<void()> ring)
      : handle_(new uv_timer_t{}), ring_(std::move(ring)) {
    uv_timer_init(loop.raw(), handle_);
    uv_update_time(loop.raw());
    handle_->data = this;
    uv_timer_start(
        handle_, [](uv_timer_t* h) { static_cast<OtherTimer*>(h->data)->ring_(); },
        static_cast<std::uint64_t>(wait.count()), 0);
  }
  ~OtherTimer() {
    uv_close(reinterpret_cast<uv_handle_t*>(handle_),
             [](uv_handle_t* h) { delete reinterpret_cast<uv_timer_t*>(h); });
  }
  OtherTimer(const OtherTimer&) = delete;
  OtherTimer& operator=(const OtherTimer&) = delete;

 private:
  uv_timer_t* handle_;
  std::function<void()> ring_;
};

/// A descriptor that becomes readable, watched by the loop.
class Input {
 public:
  Input(UvLoop& loop, std::function<void()> readable)
      : handle_(new uv_poll_t{}), readable_(std::move(readable)) {
    if (pipe(ends_.data()) != 0) throw std::runtime_error("no pipe");
    uv_poll_init(loop.raw(), handle_, ends_[0]);
    handle_->data = this;
    uv_poll_start(handle_, UV_READABLE, [](uv_poll_t* h, int, int) {
      auto* self = static_cast<Input*>(h->data);
      char byte = 0;
      if (read(self->ends_[0], &byte, 1) == 1) self->readable_();
    });
  }
  ~Input() {
    uv_poll_stop(handle_);
    uv_close(reinterpret_cast<uv_handle_t*>(handle_),
             [](uv_handle_t* h) { delete reinterpret_cast<uv_poll_t*>(h); });
    close(ends_[0]);
    close(ends_[1]);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  void arrive() const {
    if (write(ends_[1], "x", 1) != 1) throw std::runtime_error("cannot write");
  }

 private:
  std::array<int, 2> ends_{-1, -1};
  uv_poll_t* handle_;
  std::function<void()> readable_;
};

TEST_F(UvLoopTest, ADeadlineRingsOnce) {
  const OtherTimer later(*loop_, 5ms, [this] { loop_->stop(); });
  loop_->arm(in(1ms));
  loop_->run();
  EXPECT_EQ(events_.count("timer"), 1U);
}

TEST_F(UvLoopTest, ADeadlineThatHasPassedRingsAtOnce) {
  events_.on_timer = [this] { loop_->stop(); };
  loop_->arm(in(-1000ms));
  loop_->run();
  EXPECT_EQ(events_.count("timer"), 1U);
}

TEST_F(UvLoopTest, TheLastDeadlineArmedCounts) {
  events_.on_timer = [this] { loop_->stop(); };
  loop_->arm(in(1h));
  loop_->arm(in(1ms));
  loop_->run();
  EXPECT_EQ(events_.count("timer"), 1U);
}

TEST_F(UvLoopTest, ALaterDeadlineReplacesAnEarlierOne) {
  const OtherTimer meanwhile(*loop_, 5ms, [this] { loop_->stop(); });
  loop_->arm(in(1ms));
  loop_->arm(in(1h));
  loop_->run();
  EXPECT_EQ(events_.count("timer"), 0U);
}

TEST_F(UvLoopTest, NeverDisarms) {
  const OtherTimer meanwhile(*loop_, 5ms, [this] { loop_->stop(); });
  loop_->arm(in(1ms));
  loop_->arm(never);
  loop_->run();
  EXPECT_EQ(events_.count("timer"), 0U);
}

TEST_F(UvLoopTest, ItIsArmedAgainFromItsOwnCall) {
  events_.on_timer = [this] {
    if (events_.count("timer") == 3) return loop_->stop();
    loop_->arm(in(1ms));
  };
  loop_->arm(in(1ms));
  loop_->run();
  EXPECT_EQ(events_.count("timer"), 3U);
}

TEST_F(UvLoopTest, TheEarliestTimeWakesTurnAfterTurnWithoutStarvingInput) {
  std::size_t turns_before = 0;
  const Input input(*loop_, [&] {
    turns_before = events_.count("timer");
    loop_->stop();
  });
  events_.on_timer = [&] {
    if (events_.count("timer") == 3) input.arrive();
  };
  loop_->arm(MonoTime::min());
  loop_->run();
  EXPECT_GE(turns_before, 3U);
}

TEST_F(UvLoopTest, AfterTheEarliestTimeTheLoopWaitsAgain) {
  const OtherTimer meanwhile(*loop_, 5ms, [this] { loop_->stop(); });
  events_.on_timer = [this] { loop_->arm(never); };
  loop_->arm(MonoTime::min());
  loop_->run();
  EXPECT_EQ(events_.count("timer"), 1U);
}

TEST_F(UvLoopTest, TheEarliestTimeReplacesADeadlineAndTheOtherWayRound) {
  events_.on_timer = [this] {
    if (events_.count("timer") == 2) return loop_->stop();
    loop_->arm(in(1ms));
  };
  loop_->arm(in(1h));
  loop_->arm(MonoTime::min());
  loop_->run();
  EXPECT_EQ(events_.count("timer"), 2U);
}

TEST_F(UvLoopTest, ATurnEndsAfterInputAndAfterTheTimer) {
  const Input input(*loop_, [this] {
    events_.log.emplace_back("input");
    loop_->arm(in(1ms));
  });
  events_.on_end = [this] {
    if (events_.count("timer") == 1) loop_->stop();
  };
  input.arrive();
  loop_->run();
  for (const char* what : {"input", "timer"}) {
    const auto at = std::find(events_.log.begin(), events_.log.end(), what);
    ASSERT_NE(at, events_.log.end()) << what;
    ASSERT_NE(at + 1, events_.log.end()) << what;
    EXPECT_EQ(*(at + 1), "end") << what;
  }
}

TEST_F(UvLoopTest, SignalsAreTold) {
  events_.on_signal = [this] {
    if (events_.signals.size() == 4) loop_->stop();
  };
  const std::vector<int> all{SIGTERM, SIGINT, SIGHUP, SIGUSR1};
  for (const int number : all) raise(number);
  loop_->run();
  EXPECT_EQ(events_.signals, all);
  EXPECT_EQ(events_.log.back(), "end");
}

TEST_F(UvLoopTest, ASecondSignalOfAKindIsToldToo) {
  events_.on_signal = [this] {
    if (events_.signals.size() == 2) return loop_->stop();
    raise(SIGTERM);
  };
  raise(SIGTERM);
  loop_->run();
  EXPECT_EQ(events_.signals, (std::vector<int>{SIGTERM, SIGTERM}));
}

TEST_F(UvLoopTest, AfterTheRunASignalHasItsDefaultEffect) {
  const OtherTimer at_once(*loop_, 0ms, [this] { loop_->stop(); });
  loop_->run();
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) {
    struct sigaction action {};
    ASSERT_EQ(sigaction(number, nullptr, &action), 0);
    EXPECT_EQ(action.sa_handler, SIG_DFL) << number;
  }
}

TEST_F(UvLoopTest, TimeStandsStillWithinATurnAndTheStopwatchDoesNot) {
  Now first{};
  Now second{};
  std::uint64_t elapsed = 0;
  events_.on_timer = [&] {
    first = loop_->now();
    const std::uint64_t start = loop_->stopwatch_us();
    while (elapsed < 3'000) elapsed = loop_->stopwatch_us() - start;
    second = loop_->now();
    loop_->stop();
  };
  loop_->arm(in(1ms));
  loop_->run();
  EXPECT_EQ(first.mono, second.mono);
  EXPECT_GE(second.wall, first.wall);
}

TEST_F(UvLoopTest, BothClocksGoOnBeforeItRuns) {
  const Now first = loop_->now();
  const std::uint64_t start = loop_->stopwatch_us();
  while (loop_->stopwatch_us() - start < 20'000) {
  }
  EXPECT_GE(loop_->now().mono - first.mono, 20ms);
}

TEST(UvLoopLife, FinishLeavesNoHandleOpen) {
  auto loop = UvLoop::create();
  ASSERT_TRUE(loop.ok());
  Recorder events;
  (*loop)->attach(events);
  events.on_end = [&] { (*loop)->stop(); };
  (*loop)->arm((*loop)->now().mono);
  (*loop)->run();
  EXPECT_TRUE((*loop)->finish());
}

TEST(UvLoopLife, FinishTellsOfAHandleThatSomebodyLeftOpen) {
  auto loop = UvLoop::create();
  ASSERT_TRUE(loop.ok());
  uv_timer_t left{};
  uv_timer_init((*loop)->raw(), &left);
  EXPECT_FALSE((*loop)->finish());
  uv_close(reinterpret_cast<uv_handle_t*>(&left), nullptr);
  uv_run((*loop)->raw(), UV_RUN_DEFAULT);
  EXPECT_EQ(uv_loop_close((*loop)->raw()), 0);
}

TEST(UvLoopLife, ALoopThatNeverRanEndsToo) {
  auto loop = UvLoop::create();
  ASSERT_TRUE(loop.ok());
  (*loop)->arm(MonoTime::min());
  (*loop)->arm(never);
  EXPECT_TRUE((*loop)->finish());
}

TEST(Process, FiguresAreRead) {
  const app::ProcessFigures figures = read_process();
  EXPECT_GT(figures.resident_bytes, 100'000U);
  EXPECT_GT(figures.cpu_seconds, 0.0);
  EXPECT_GT(figures.open_fds, 2U);
  EXPECT_GE(figures.max_fds, figures.open_fds);
}

TEST(Process, AnOpenedDescriptorIsCounted) {
  const auto before = read_process().open_fds;
  const int fd = dup(STDERR_FILENO);
  EXPECT_EQ(read_process().open_fds, before + 1);
  close(fd);
}

}  // namespace
}  // namespace signal_hub::adapters
