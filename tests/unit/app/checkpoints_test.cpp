// When the journal goes to the store, and what its news lead to.
#include "app/checkpoints.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "fakes.hpp"

namespace signal_hub::app {
namespace {

/// A store that commits and fails when it is told to.
class ScriptedStore final : public Store {
 public:
  bool ready() const override { return !in_flight; }
  void submit(core::Batch batch) override {
    batches.push_back(std::move(batch));
    in_flight = true;
  }
  void load(core::LoadRequest) override {}
  void poll(StoreEvents& events) override {
    for (const std::string& reason : std::exchange(failures, {})) events.write_failed(reason);
    for (const std::string& reason : std::exchange(damages, {})) events.corrupt(reason);
    if (!commits || !in_flight) return;
    in_flight = false;
    events.durable(batches.back().seq, std::exchange(refused, {}));
  }
  const StoreFigures& figures() const override { return shown; }

  std::vector<core::Batch> batches;
  std::vector<std::string> failures;
  std::vector<std::string> damages;
  StoreFigures shown;
  std::vector<std::uint64_t> refused;
  bool in_flight = false;
  bool commits = true;
};

struct CheckpointsTest : testing::Test {
  CheckpointsTest() {
    settings.hub.rate_limit = 0;
    hub.reconfigure(settings.hub);
    hub.admit("ip", clock.now());
    conn = hub.opened("ip", clock.now());
    say("hub:connect", "null", R"({"protocolVersion":"0.1.0","capabilities":["x"]})");
  }

  void say(const std::string& type, const std::string& payload, const std::string& metadata) {
    hub.frame(conn,
              R"j({"id":"m)j" + std::to_string(++messages) +
                  R"j(","from":"@(a)","to":"@(cloudflare/signal-hub)","type":")j" + type +
                  R"(","payload":)" + payload + R"(,"pattern":"ask","timestamp":1,"metadata":)" +
                  metadata + "}",
              clock.now());
  }
  void change(const std::string& metadata = "{}") {
    say("hub:register", R"j({"actorAddress":"@(a)","capabilities":["x"]})j", metadata);
  }
  void run() { checkpoints.run(clock.now()); }
  void pass(Millis time) {
    clock.at += time;
    run();
  }

  Settings settings;
  FakeClock clock;
  FakeLogger logger;
  ScriptedStore store;
  core::Hub hub{settings.hub, nullptr, [](std::string_view) { return std::string("m"); }, 1,
                clock.now()};
  Checkpoints checkpoints{hub, store, logger, settings.server};
  ConnId conn;
  int messages = 0;
};

TEST_F(CheckpointsTest, AChangeGoesWhenItIsAsOldAsTheInterval) {
  change();
  run();
  EXPECT_TRUE(store.batches.empty());
  EXPECT_EQ(checkpoints.next_deadline(), MonoTime{clock.at + 250ms});
  pass(249ms);
  EXPECT_TRUE(store.batches.empty());
  pass(1ms);
  EXPECT_EQ(store.batches.size(), 1U);
  EXPECT_EQ(checkpoints.next_deadline(), never);
  EXPECT_EQ(checkpoints.unsaved(), 0U);
}

TEST_F(CheckpointsTest, WhatSomebodyWaitsForGoesAtOnce) {
  change(R"({"durable":true})");
  run();
  EXPECT_EQ(store.batches.size(), 1U);
}

TEST_F(CheckpointsTest, AFullBatchGoesAtOnce) {
  settings.server.checkpoint_batch = 1;
  change();
  run();
  EXPECT_EQ(store.batches.size(), 1U);
}

TEST_F(CheckpointsTest, OneIsInFlightAndTheNextTakesWhatCameMeanwhile) {
  store.commits = false;
  change(R"({"durable":true})");
  run();
  change(R"({"durable":true})");
  say("hub:subscribe", R"({"topic":"t"})", "{}");
  run();
  EXPECT_EQ(store.batches.size(), 1U);
  store.commits = true;
  run();
  ASSERT_EQ(store.batches.size(), 2U);
  EXPECT_EQ(store.batches[1].entries.size(), 2U);
}

TEST_F(CheckpointsTest, FailuresAreToldOnceAndSoIsTheirEnd) {
  store.commits = false;
  change(R"({"durable":true})");
  run();
  for (int i = 0; i < 3; ++i) {
    store.failures = {"the disk is full"};
    pass(1'000ms);
  }
  EXPECT_EQ(logger.count("store_failed"), 1U);
  EXPECT_EQ(checkpoints.unsaved(), 1U);
  store.commits = true;
  run();
  EXPECT_EQ(logger.count("store_recovered"), 1U);
  store.failures = {"again"};
  run();
  EXPECT_EQ(logger.count("store_failed"), 2U);
}

TEST_F(CheckpointsTest, DamageIsToldAndStaysTheReason) {
  EXPECT_FALSE(checkpoints.damaged());
  store.damages = {"page 7 is wrong"};
  run();
  run();
  EXPECT_EQ(logger.count("database_damaged"), 1U);
  EXPECT_TRUE(checkpoints.damaged());
  EXPECT_EQ(checkpoints.failure(), "page 7 is wrong");
  store.commits = false;
  change(R"({"durable":true})");
  run();
  store.failures = {"the disk is full"};
  run();
  EXPECT_EQ(checkpoints.failure(), "the disk is full");
  store.commits = true;
  run();
  EXPECT_EQ(checkpoints.failure(), "page 7 is wrong");
}

TEST_F(CheckpointsTest, TheSizeIsToldOnceEachWay) {
  store.shown.db_bytes = 1'000;
  run();
  EXPECT_EQ(logger.count("db_limit_reached"), 0U);  // no limit
  settings.server.db_limit = 1'000;
  run();
  EXPECT_EQ(logger.count("db_limit_reached"), 0U);
  store.shown.db_bytes = 1'001;
  run();
  run();
  EXPECT_EQ(logger.count("db_limit_reached"), 1U);
  EXPECT_EQ(logger.count("db_limit_cleared"), 0U);
  settings.server.db_limit = 1'001;  // by a reload
  run();
  run();
  EXPECT_EQ(logger.count("db_limit_cleared"), 1U);
  EXPECT_EQ(logger.count("db_limit_reached"), 1U);
}

TEST_F(CheckpointsTest, ACommitThatHangsIsAFailureUntilItReturns) {
  store.commits = false;
  change(R"({"durable":true})");
  run();
  EXPECT_EQ(checkpoints.next_deadline(), MonoTime{clock.at + 10s});
  pass(9'999ms);
  EXPECT_EQ(checkpoints.failure(), "");
  pass(1ms);
  EXPECT_EQ(checkpoints.failure(), "a commit has not returned for 10 seconds");
  EXPECT_EQ(logger.count("store_failed"), 1U);
  EXPECT_TRUE(hub.stats(clock.now().mono).store_failing);
  EXPECT_EQ(checkpoints.next_deadline(), never);
  store.commits = true;
  run();
  EXPECT_EQ(checkpoints.failure(), "");
  EXPECT_EQ(logger.count("store_recovered"), 1U);
  EXPECT_FALSE(hub.stats(clock.now().mono).store_failing);
}

TEST_F(CheckpointsTest, RefusedRowsAreTold) {
  change();
  store.refused = {hub.journal().last_seq()};
  pass(250ms);
  EXPECT_EQ(logger.count("row_refused"), 1U);
}

TEST_F(CheckpointsTest, TheLastBatchWaitsForTheOneInFlightAndEndsIt) {
  store.commits = false;
  change(R"({"durable":true})");
  run();
  checkpoints.finish();
  run();
  EXPECT_EQ(store.batches.size(), 1U);
  EXPECT_FALSE(checkpoints.finished());
  store.commits = true;
  run();
  ASSERT_EQ(store.batches.size(), 2U);
  EXPECT_TRUE(store.batches[1].last);
  EXPECT_TRUE(checkpoints.finished());
  change(R"({"durable":true})");
  run();
  EXPECT_EQ(store.batches.size(), 2U);  // it was the last
}

TEST_F(CheckpointsTest, ABacklogThatIsLetGoIsToldAndWrittenAnew) {
  settings.hub.journal_limit = 2;
  hub.reconfigure(settings.hub);
  store.commits = false;
  change(R"({"durable":true})");
  run();
  for (const char* topic : {"1", "2", "3"}) {
    say("hub:subscribe", "{\"topic\":\"" + std::string(topic) + "\"}", "{}");
  }
  run();
  EXPECT_EQ(logger.count("journal_overflow"), 1U);
  store.commits = true;
  run();
  ASSERT_EQ(store.batches.size(), 2U);
  EXPECT_EQ(store.batches[1].entries.size(), 5U);  // from the start: an actor, three subscriptions
}

}  // namespace
}  // namespace signal_hub::app
