// The connection monitor: what a session's figures say, and sessions without activity.
#include <gtest/gtest.h>

#include <algorithm>

#include "world.hpp"

namespace signal_hub::core {
namespace {

HubSettings stale_after(Millis time, bool close) {
  HubSettings s = World::defaults();
  s.idle_timeout = 0ms;
  s.ping_interval = 0ms;
  s.stale_after = time;
  s.stale_close = close;
  return s;
}

std::size_t stale(const World& w) { return w.stats().sessions_stale; }

std::ptrdiff_t count(const World& w, LogEvent event) {
  return std::count_if(w.events.begin(), w.events.end(),
                       [event](const Event& e) { return e.event == event; });
}

TEST(Stale, ASessionWithoutMessagesEitherWayIsReportedOnce) {
  World w(stale_after(10s, false));
  const ConnId quiet = w.member("@(quiet)");
  const ConnId sender = w.member("@(sender)");
  w.advance(6s);
  w.ask(sender, "@(sender)", "hub:queue_stats", "null");
  w.advance(4s);
  w.flush();
  EXPECT_EQ(stale(w), 1U);
  EXPECT_EQ(count(w, LogEvent::session_stale), 1);
  w.advance(5s);
  w.flush();
  EXPECT_EQ(count(w, LogEvent::session_stale), 1);
  EXPECT_EQ(w.command<CloseCommand>(quiet), nullptr);
}

TEST(Stale, AMessageFromItOrToItEndsIt) {
  World w(stale_after(10s, false));
  const ConnId a = w.member("@(a)");
  const ConnId b = w.member("@(b)");
  w.advance(10s);
  EXPECT_EQ(stale(w), 2U);
  w.frame(a, R"({"type":"ping"})");
  EXPECT_EQ(stale(w), 1U);
  w.tell(a, "@(a)", "hub:send", R"({"type":"x","data":1})", "@(b)");
  w.flush();
  EXPECT_EQ(stale(w), 0U);
  w.advance(10s);
  EXPECT_EQ(stale(w), 2U);
  w.hub.closed(b, false, w.now());
  EXPECT_EQ(stale(w), 1U);
}

TEST(Stale, APingAndItsPongAreNoActivity) {
  HubSettings settings = stale_after(10s, false);
  settings.ping_interval = 4s;
  World w(settings);
  const ConnId a = w.member("@(a)");
  for (int i = 0; i < 5; ++i) {
    w.advance(2s);
    w.flush();
    w.hub.alive(a, w.now());
  }
  EXPECT_EQ(stale(w), 1U);
}

TEST(Stale, IsClosedOnlyIfAskedFor) {
  World w(stale_after(10s, true));
  const ConnId a = w.member("@(a)");
  w.take(a);
  w.advance(10s);
  w.flush();
  ASSERT_NE(w.command<CloseCommand>(a), nullptr);
  EXPECT_EQ(w.command<CloseCommand>(a)->code, 1008);
  const auto told = w.take(a);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find(R"("reason":"idle")"), std::string::npos);
  w.hub.closed(a, true, w.now());
  EXPECT_EQ(stale(w), 0U);
}

TEST(Stale, ZeroIsNever) {
  World w(stale_after(0ms, true));
  const ConnId a = w.member("@(a)");
  w.advance(720h);
  EXPECT_EQ(stale(w), 0U);
  EXPECT_EQ(w.command<CloseCommand>(a), nullptr);
}

TEST(Queues, FramesAreCountedUntilTheyLeaveOrAreDropped) {
  World w;
  const ConnId a = w.member("@(a)");
  const ConnId b = w.member("@(b)");
  const auto queued = [&w] { return w.stats().queued_frames; };
  EXPECT_EQ(queued(), 0U);
  w.blocked[b.slot] = true;
  for (int i = 0; i < 5; ++i) w.tell(a, "@(a)", "hub:send", R"({"type":"x"})", "@(b)");
  w.flush();
  EXPECT_EQ(queued(), 5U);
  w.hub.handed_over(b, w.hub.unsent(b).size(), w.now());
  EXPECT_EQ(queued(), 0U);
  for (int i = 0; i < 5; ++i) w.tell(a, "@(a)", "hub:send", R"({"type":"x"})", "@(b)");
  w.hub.closed(b, false, w.now());
  EXPECT_EQ(queued(), 0U);
}

}  // namespace
}  // namespace signal_hub::core
