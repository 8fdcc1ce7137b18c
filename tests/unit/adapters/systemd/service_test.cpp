#include "adapters/systemd/service.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

#include "../test_loop.hpp"
#include "manager.hpp"

namespace signal_hub::adapters {
namespace {

class Recorder final : public app::LoopEvents {
 public:
  void timer() override { log.emplace_back("timer"); }
  void end_of_turn() override { log.emplace_back("end"); }
  void signal(int number) override { log.push_back("signal " + std::to_string(number)); }
  std::vector<std::string> log;
};

struct World {
  uv_timer_t busy{};  // what keeps a hub's loop alive; closed before the loop ends
  test::TestLoop loop;
  test::Manager manager{"@signal-hub-service-" + std::to_string(getpid())};
  Recorder server;
  ServerSettings settings;
  Notifier notifier;

  /// REQUIRES: the environment is complete.
  Service service() {
    notifier = *Notifier::open(manager.variables());
    return {notifier, loop.raw(), server, settings};
  }
};

TEST(Service, PassesOnWhatTheLoopTells) {
  World w;
  Service service = w.service();
  service.timer();
  service.end_of_turn();
  service.signal(SIGHUP);
  EXPECT_EQ(w.server.log,
            (std::vector<std::string>{"timer", "end", "signal " + std::to_string(SIGHUP)}));
  EXPECT_EQ(w.manager.heard(), std::nullopt);
}

TEST(Service, TellsOfAStopOnceWithTheTimeItMayTakeNow) {
  World w;
  Service service = w.service();
  w.settings.drain_timeout = 20s;  // a reload came
  service.signal(SIGTERM);
  service.signal(SIGINT);
  EXPECT_EQ(w.server.log.size(), 2U);
  EXPECT_EQ(w.manager.heard(), "STOPPING=1\nEXTEND_TIMEOUT_USEC=30000000");
  EXPECT_EQ(w.manager.heard(), std::nullopt);
}

TEST(Service, FeedsTheWatchdogWhileTheLoopTurns) {
  World w;
  w.manager.environment["WATCHDOG_USEC"] = "20000";
  const Service service = w.service();
  uv_timer_init(w.loop.raw(), &w.busy);
  uv_timer_start(
      &w.busy, [](uv_timer_t*) {}, 1, 1);
  EXPECT_EQ(w.manager.heard(), std::nullopt);
  for (int i = 0; i < 3; ++i) {
    std::optional<std::string> heard;
    EXPECT_TRUE(w.loop.until([&] { return (heard = w.manager.heard()).has_value(); }));
    EXPECT_EQ(heard, "WATCHDOG=1");
  }
  uv_close(reinterpret_cast<uv_handle_t*>(&w.busy), nullptr);
}

TEST(Service, KeepsNoLoopAlive) {
  World w;
  w.manager.environment["WATCHDOG_USEC"] = "20000000";
  const Service service = w.service();
  EXPECT_EQ(uv_run(w.loop.raw(), UV_RUN_DEFAULT), 0);  // returns at once
}

TEST(Service, HasNoTimerWithoutAWatchdog) {
  World w;
  const Service service = w.service();
  int handles = 0;
  uv_walk(
      w.loop.raw(), [](uv_handle_t*, void* count) { ++*static_cast<int*>(count); }, &handles);
  EXPECT_EQ(handles, 1);  // the test's own
}

}  // namespace
}  // namespace signal_hub::adapters
