// Health checks, their windows, and what is told of them.
#include "app/health.hpp"

#include <gtest/gtest.h>

#include <string>

namespace signal_hub::app {
namespace {

struct HealthTest : testing::Test {
  Now now() const { return {MonoTime{clock}, WallTime{clock}}; }
  std::vector<core::Event> judge() {
    return health.judge({stats, store, process, settings}, now());
  }
  void seconds(int n, Millis late = 0ms) {
    for (int i = 0; i < n; ++i) {
      clock += 1s;
      health.second(stats, late);
    }
  }
  HealthStatus status(HealthCheck check) {
    judge();
    return health.verdict(check).status;
  }
  std::uint64_t value(HealthCheck check) {
    judge();
    return health.verdict(check).value;
  }
  void end(core::Outcome outcome, std::uint64_t n) {
    stats.closed[static_cast<std::size_t>(outcome)] += n;
    stats.connections_closed += n;
    stats.connections -= n;
  }

  Millis clock{1'000'000};
  core::Stats stats;
  StoreFigures store;
  ProcessFigures process{0, 0, 10, 1000};
  Settings settings;
  Health health{WallTime{Millis{1}}};
};

TEST_F(HealthTest, AQuietHubIsWell) {
  EXPECT_TRUE(judge().empty());
  EXPECT_EQ(health.worst(), HealthStatus::ok);
  for (std::size_t i = 0; i < health_check_table().size(); ++i) {
    EXPECT_EQ(health.verdict(static_cast<HealthCheck>(i)).since, WallTime{Millis{1}});
  }
}

TEST_F(HealthTest, SinceIsWhenTheStatusChanged) {
  stats.journal_lag = 5s;
  auto events = judge();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].event, core::LogEvent::health_degraded);
  const WallTime began = now().wall;
  clock += 10s;
  stats.journal_lag = 59s;
  EXPECT_TRUE(judge().empty());
  EXPECT_EQ(health.verdict(HealthCheck::journal).since, began);
  stats.journal_lag = 60s;
  ASSERT_EQ(judge().size(), 1U);
  EXPECT_EQ(health.worst(), HealthStatus::unhealthy);
  EXPECT_EQ(health.verdict(HealthCheck::journal).since, now().wall);
  stats.journal_lag = 0s;
  events = judge();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].event, core::LogEvent::health_recovered);
  EXPECT_EQ(health.worst(), HealthStatus::ok);
}

TEST_F(HealthTest, Thresholds) {
  settings.hub.max_connections = settings.hub.max_actors = 10;
  stats.connections = stats.actors = 8;
  EXPECT_EQ(status(HealthCheck::connections), HealthStatus::ok);
  stats.connections = stats.actors = 10;
  EXPECT_EQ(status(HealthCheck::connections), HealthStatus::degraded);
  EXPECT_EQ(status(HealthCheck::actors), HealthStatus::degraded);
  stats.queued_bytes = settings.hub.memory_limit / 10 * 9 + 10;
  EXPECT_EQ(status(HealthCheck::memory), HealthStatus::degraded);
  stats.reassembly_bytes = settings.hub.memory_limit;
  EXPECT_EQ(status(HealthCheck::memory), HealthStatus::unhealthy);
  stats.queued_frames = settings.server.degraded_queue_depth;
  EXPECT_EQ(status(HealthCheck::queues), HealthStatus::degraded);
  stats.breakers_open = 1;
  EXPECT_EQ(status(HealthCheck::breakers), HealthStatus::degraded);
  process.open_fds = 800;
  EXPECT_EQ(status(HealthCheck::descriptors), HealthStatus::degraded);
  process.open_fds = 950;
  EXPECT_EQ(status(HealthCheck::descriptors), HealthStatus::unhealthy);
  store.wal_pinned = true;
  EXPECT_EQ(status(HealthCheck::store), HealthStatus::degraded);
  stats.store_failing = true;
  EXPECT_EQ(status(HealthCheck::store), HealthStatus::unhealthy);
}

TEST_F(HealthTest, ADamagedDatabaseIsUnhealthy) {
  health.judge({stats, store, process, settings, true}, now());
  EXPECT_EQ(health.verdict(HealthCheck::store).status, HealthStatus::unhealthy);
  EXPECT_EQ(health.verdict(HealthCheck::store).value, 0U);
}

TEST_F(HealthTest, TheDatabaseMayBeAsLargeAsItsLimit) {
  store.db_bytes = 1'000'000;
  EXPECT_EQ(status(HealthCheck::db_size), HealthStatus::ok);
  settings.server.db_limit = 1'000'000;
  EXPECT_EQ(status(HealthCheck::db_size), HealthStatus::ok);
  store.db_bytes = 1'000'001;
  EXPECT_EQ(status(HealthCheck::db_size), HealthStatus::degraded);
  EXPECT_EQ(health.verdict(HealthCheck::db_size).degraded_from, 1'000'001U);
}

TEST_F(HealthTest, ZeroIsNoThreshold) {
  settings.hub.max_connections = settings.hub.memory_limit = 0;
  settings.server.degraded_journal_lag = settings.server.unhealthy_journal_lag = 0ms;
  settings.server.degraded_queue_depth = 0;
  settings.server.degraded_stale = 0;
  stats.connections = stats.sessions_stale = stats.queued_bytes = stats.queued_frames = 1'000'000;
  stats.journal_lag = 100h;
  judge();
  EXPECT_EQ(health.worst(), HealthStatus::ok);
}

TEST_F(HealthTest, StaleIsAboveTheShare) {
  stats.connections = 200;
  stats.sessions_stale = 20;
  EXPECT_EQ(status(HealthCheck::stale), HealthStatus::ok);
  stats.sessions_stale = 21;
  EXPECT_EQ(status(HealthCheck::stale), HealthStatus::degraded);
}

TEST_F(HealthTest, LostConnectionsCountForAMinute) {
  stats.connections_opened = stats.connections = 30;
  seconds(120);
  end(core::Outcome::disconnect, 10);
  EXPECT_EQ(value(HealthCheck::disconnections), 0U);
  end(core::Outcome::connection_lost, 9);
  EXPECT_EQ(value(HealthCheck::disconnections), 0U);  // too few to mean something
  end(core::Outcome::slow_consumer, 9);
  EXPECT_EQ(value(HealthCheck::disconnections), 60U);
  EXPECT_EQ(status(HealthCheck::disconnections), HealthStatus::degraded);
  seconds(59);
  EXPECT_EQ(value(HealthCheck::disconnections), 60U);
  seconds(2);
  EXPECT_EQ(status(HealthCheck::disconnections), HealthStatus::ok);
}

TEST_F(HealthTest, DeadLettersCountForAQuarterOfAnHour) {
  seconds(1000);
  stats.dead_lettered = 100;
  EXPECT_EQ(status(HealthCheck::dead_letters), HealthStatus::degraded);
  seconds(14 * 60);
  EXPECT_EQ(value(HealthCheck::dead_letters), 100U);
  seconds(60);
  EXPECT_EQ(value(HealthCheck::dead_letters), 0U);
}

TEST_F(HealthTest, TheLoopsWorstCountsForTenSeconds) {
  health.worked(100'000);
  seconds(1, 300ms);
  EXPECT_EQ(value(HealthCheck::loop), 300U);
  EXPECT_EQ(status(HealthCheck::loop), HealthStatus::degraded);
  health.worked(2'500'000);
  EXPECT_EQ(status(HealthCheck::loop), HealthStatus::unhealthy);
  seconds(9);
  EXPECT_EQ(value(HealthCheck::loop), 2'500U);
  seconds(1);
  EXPECT_EQ(value(HealthCheck::loop), 0U);
}

}  // namespace
}  // namespace signal_hub::app
