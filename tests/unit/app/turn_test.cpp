// The turn and the server against a transport that backs up as it is told.
#include "app/turn.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <string>
#include <vector>

#include "app/memory_store.hpp"
#include "app/server.hpp"
#include "fakes.hpp"

namespace signal_hub::app {
namespace {

struct FakeTransport final : Transport {
  WriteOutcome write(ConnId conn, const core::Outgoing& frames) override {
    if (broken) return WriteOutcome::failed;
    ++writes;
    frames.append_to(streams[conn.slot]);
    return blocked ? WriteOutcome::backed_up : WriteOutcome::sent;
  }
  void all_written() override {}
  void close(ConnId conn, std::uint16_t code, std::string_view) override {
    closes[conn.slot] = code;
  }
  void cut(ConnId conn) override { cuts.push_back(conn); }
  void pause_reading(ConnId, bool) override {}
  void stop_listening() override { listening = false; }

  std::map<std::uint32_t, std::string> streams;
  std::map<std::uint32_t, std::uint16_t> closes;
  std::vector<ConnId> cuts;
  int writes = 0;
  bool blocked = false;
  bool broken = false;
  bool listening = true;
};

struct FakeTimer final : Timer {
  void arm(MonoTime at) override { deadline = at; }
  MonoTime deadline = never;
};

struct ServerTest : testing::Test {
  ServerTest() {
    settings.hub.rate_limit = 0;
    server.start(transport);
  }

  ConnId connect(const std::string& address) {
    server.admit("ip");
    const ConnId conn = server.opened("ip");
    say(conn, address, "hub:connect", R"({"protocolVersion":"0.1.0","capabilities":["x"]})");
    server.end_of_turn();
    return conn;
  }
  void say(ConnId conn, const std::string& from, const std::string& type,
           const std::string& metadata = "{}") {
    server.frame(conn, R"({"id":"m","from":")" + from +
                           R"j(","to":"@(cloudflare/signal-hub)","type":")j" + type +
                           R"(","payload":null,"pattern":"ask","timestamp":1,"metadata":)" +
                           metadata + "}");
  }
  bool logged(std::string_view event) const { return logger.count(event) > 0; }

  Settings settings;
  FakeClock clock;
  FakeTimer timer;
  FakeLogger logger;
  FakeTransport transport;
  MemoryStore store{Retention{}};
  core::Hub hub{settings.hub, nullptr, [](std::string_view) { return std::string("m"); }, 1,
                clock.now()};
  bool stopped = false;
  Result<Server::Reloaded> fresh = Server::Reloaded{};
  Server server{{hub, store, timer, clock, logger, [] { return ProcessFigures{}; },
                 [this] { return fresh; }, [this] { stopped = true; }},
                settings};
};

TEST_F(ServerTest, ATurnsFramesLeaveInOneWrite) {
  const ConnId conn = connect("@(a)");
  const int before = transport.writes;
  for (int i = 0; i < 10; ++i) say(conn, "@(a)", "hub:heartbeat");
  EXPECT_EQ(transport.writes, before);
  server.end_of_turn();
  EXPECT_EQ(transport.writes, before + 1);
}

TEST_F(ServerTest, BackedUpMeansNoWriteUntilWritable) {
  const ConnId conn = connect("@(a)");
  transport.blocked = true;
  say(conn, "@(a)", "hub:heartbeat");
  server.end_of_turn();
  const int before = transport.writes;
  say(conn, "@(a)", "hub:heartbeat");
  server.end_of_turn();
  EXPECT_EQ(transport.writes, before);
  transport.blocked = false;
  server.writable(conn);
  EXPECT_EQ(transport.writes, before + 1);
}

TEST_F(ServerTest, CloseWaitsForWhatIsUnsent) {
  const ConnId conn = connect("@(a)");
  transport.blocked = true;
  say(conn, "@(a)", "hub:disconnect");
  server.end_of_turn();
  EXPECT_TRUE(transport.closes.empty());
  transport.blocked = false;
  server.writable(conn);
  EXPECT_EQ(transport.closes[conn.slot], 1000);
}

TEST_F(ServerTest, AReusedSlotStartsClean) {
  const ConnId conn = connect("@(a)");
  transport.blocked = true;
  say(conn, "@(a)", "hub:heartbeat");
  server.end_of_turn();
  server.closed(conn, false);
  transport.blocked = false;
  const int before = transport.writes;
  const ConnId next = connect("@(b)");
  EXPECT_EQ(next.slot, conn.slot);
  EXPECT_GT(transport.writes, before);
}

TEST_F(ServerTest, TheTimerFollowsTheNextDeadline) {
  server.admit("ip");
  const ConnId conn = server.opened("ip");
  server.end_of_turn();
  EXPECT_EQ(timer.deadline, MonoTime{clock.at + 1'000ms});  // health is judged every second
  clock.at += 4'500ms;
  server.timer();
  server.end_of_turn();
  EXPECT_EQ(timer.deadline, MonoTime{clock.at + 500ms});  // connect timeout
  clock.at += 500ms;
  server.timer();
  server.end_of_turn();
  EXPECT_EQ(transport.closes[conn.slot], 1008);
  clock.at += 2'000ms;
  server.timer();
  server.end_of_turn();
  EXPECT_EQ(transport.cuts, std::vector<ConnId>{conn});
}

TEST_F(ServerTest, DrainEndsWhenAllHaveGone) {
  const ConnId conn = connect("@(a)");
  server.signal(SIGTERM);
  server.end_of_turn();
  EXPECT_FALSE(transport.listening);
  EXPECT_EQ(transport.closes[conn.slot], 1001);
  EXPECT_FALSE(stopped);
  server.closed(conn, true);
  server.end_of_turn();
  EXPECT_FALSE(stopped);
  server.end_of_turn();  // the last batch is saved
  EXPECT_TRUE(stopped);
  EXPECT_EQ(server.exit_code(), 0);
}

TEST_F(ServerTest, DrainIsBounded) {
  connect("@(a)");
  server.signal(SIGINT);
  server.end_of_turn();
  EXPECT_EQ(timer.deadline, MonoTime{clock.at + 2'000ms});  // the cut
  clock.at += 4'000ms;                                      // the last second is for saving
  server.timer();
  server.end_of_turn();
  server.end_of_turn();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(server.exit_code(), 0);
}

TEST_F(ServerTest, ASecondSignalStopsAtOnce) {
  connect("@(a)");
  server.signal(SIGTERM);
  server.signal(SIGTERM);
  EXPECT_TRUE(stopped);
  EXPECT_EQ(server.exit_code(), 1);
}

TEST_F(ServerTest, ReloadAppliesOrChangesNothing) {
  fresh = Server::Reloaded{{}, {"listen", "db"}};
  fresh->settings.hub.max_actors = 7;
  fresh->settings.server.log_level = "debug";
  const auto done = server.reload();
  ASSERT_TRUE(done);
  EXPECT_EQ(*done, (std::vector<std::string>{"listen", "db"}));
  EXPECT_TRUE(logged("reloaded"));
  EXPECT_EQ(settings.hub.max_actors, 7U);
  EXPECT_EQ(logger.level, Level::debug);
  fresh = fail(std::string("no"));
  server.signal(SIGHUP);
  EXPECT_TRUE(logged("reload_failed"));
  EXPECT_EQ(settings.hub.max_actors, 7U);
}

TEST_F(ServerTest, LibraryWarningsAreRateLimited) {
  for (int i = 0; i < 100; ++i) server.library_log("accept: errno 24");
  EXPECT_EQ(std::count(logger.events.begin(), logger.events.end(), "transport_log"), 5);
}

TEST_F(ServerTest, HttpPages) {
  const auto get = [this](std::string_view path, std::string_view method = "GET") {
    return *server.http({}, {method, path});
  };
  EXPECT_NE(get("/health").body.find(R"("status":"ok")"), std::string::npos);
  EXPECT_EQ(get("/ready").status, 200);
  EXPECT_EQ(get("/metrics", "HEAD").status, 200);
  EXPECT_EQ(get("/metrics", "POST").status, 405);
  EXPECT_EQ(get("/x").status, 404);
  settings.hub.max_connections = 1;
  connect("@(a)");
  EXPECT_NE(get("/health").body.find(R"("status":"degraded")"), std::string::npos);
  server.signal(SIGTERM);
  EXPECT_EQ(get("/ready").status, 503);
}

}  // namespace
}  // namespace signal_hub::app
