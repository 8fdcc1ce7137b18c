// The administration API on a server: answers at once, later, and streamed.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "app/event_ring.hpp"
#include "app/memory_store.hpp"
#include "app/server.hpp"
#include "base/limits.hpp"
#include "fakes.hpp"

namespace signal_hub::app {
namespace {

using Json = nlohmann::json;

struct NoTransport final : Transport {
  WriteOutcome write(ConnId, const core::Outgoing&) override { return WriteOutcome::sent; }
  void all_written() override {}
  void close(ConnId, std::uint16_t, std::string_view) override {}
  void cut(ConnId) override {}
  void pause_reading(ConnId, bool) override {}
  void stop_listening() override {}
};

struct FakeAnswers final : HttpAnswers {
  void respond(HttpId id, const HttpResponse& response) override { answers[id.slot] = response; }
  bool stream(HttpId id, std::string_view bytes) override {
    if (stuck) return false;
    streamed[id.slot] += bytes;
    return true;
  }
  void hang_up(HttpId id) override { hung_up.push_back(id); }

  std::map<std::uint32_t, HttpResponse> answers;
  std::map<std::uint32_t, std::string> streamed;
  std::vector<HttpId> hung_up;
  bool stuck = false;
};

/// Answers when it is told to.
struct SlowArchive final : Archive {
  bool ask(std::uint64_t ticket, ArchiveQuery) override {
    tickets.push_back(ticket);
    return true;
  }
  std::vector<ArchiveReply> take_replies() override { return std::exchange(replies, {}); }
  std::vector<std::uint64_t> tickets;
  std::vector<ArchiveReply> replies;
};

struct NoTimer final : Timer {
  void arm(MonoTime at) override { deadline = at; }
  MonoTime deadline = never;
};

struct AdminApi : testing::Test {
  AdminApi() {
    server.start(transport);
    server.serve_admin(answers, archive, events, "0123456789abcdef");
  }

  std::optional<HttpResponse> ask(std::string_view path, std::string_view method = "GET",
                                  std::string_view body = {}) {
    HttpRequest request{method, path};
    request.body = body;
    request.door = Door::admin_socket;
    return server.http({++requests, 1}, request);
  }
  HttpId last() const { return {requests, 1}; }

  void pass(Millis time) {
    clock.at += time;
    server.timer();
    server.end_of_turn();
  }

  Settings settings;
  FakeClock clock;
  NoTimer timer;
  FakeLogger logger;
  EventRing events{logger, 10};
  NoTransport transport;
  FakeAnswers answers;
  SlowArchive archive;
  MemoryStore store{Retention{}};
  core::Hub hub{settings.hub, nullptr, [](std::string_view) { return std::string("m"); }, 1,
                clock.now()};
  bool stopped = false;
  Result<Server::Reloaded> fresh = Server::Reloaded{};
  Server server{{hub, store, timer, clock, events, [] { return ProcessFigures{}; },
                 [this] { return fresh; }, [this] { stopped = true; }},
                settings};
  std::uint32_t requests = 0;
};

TEST_F(AdminApi, TheNetworkNeedsTheTokenAndTheSocketDoesNot) {
  HttpRequest request{"GET", "/api/v1/stats"};
  EXPECT_EQ(server.http({}, request)->status, 401);
  EXPECT_EQ(server.body_limit(request), 0U);
  request.authorization = "Bearer 0123456789abcdef";
  EXPECT_EQ(server.http({}, request)->status, 200);
  EXPECT_GT(server.body_limit(request), 0U);
  EXPECT_EQ(ask("/api/v1/stats")->status, 200);
  server.set_admin_token("");
  EXPECT_EQ(server.http({}, request)->status, 403);
}

TEST_F(AdminApi, WrongTokensAreLoggedOnceASecondWithTheirCount) {
  HttpRequest request{"GET", "/api/v1/stats"};
  request.authorization = "Bearer wrong";
  for (int i = 0; i < 5; ++i) static_cast<void>(server.http({}, request));
  EXPECT_EQ(logger.count("admin_refused"), 1U);
  clock.at += 1'000ms;
  static_cast<void>(server.http({}, request));
  EXPECT_EQ(logger.count("admin_refused"), 2U);
  const auto& fields = events.entries().back().fields;
  EXPECT_EQ(std::get<std::int64_t>(fields.at(0).value), 5);
}

TEST_F(AdminApi, AnAnswerOfTheArchiveComesLater) {
  EXPECT_FALSE(ask("/api/v1/dead-letters"));
  server.end_of_turn();
  EXPECT_TRUE(answers.answers.empty());
  archive.replies.push_back({archive.tickets.at(0), ArchiveAnswer{}});
  server.end_of_turn();
  EXPECT_EQ(answers.answers.at(last().slot).body, R"({"items":[],"next":null})");
}

TEST_F(AdminApi, ADatabaseThatCannotBeReadIsUnavailable) {
  EXPECT_FALSE(ask("/api/v1/dead-letters"));
  archive.replies.push_back({archive.tickets.at(0), fail(std::string("disk I/O error"))});
  server.end_of_turn();
  const HttpResponse& answer = answers.answers.at(last().slot);
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.body.find("disk I/O error"), std::string::npos);
}

TEST_F(AdminApi, NobodyWaitsForEver) {
  EXPECT_FALSE(ask("/api/v1/dead-letters"));
  server.end_of_turn();
  EXPECT_LE(timer.deadline, clock.now().mono + limits::admin_answer_timeout);
  pass(limits::admin_answer_timeout);
  EXPECT_EQ(answers.answers.at(last().slot).status, 503);
  archive.replies.push_back({archive.tickets.at(0), ArchiveAnswer{}});
  server.end_of_turn();
  EXPECT_EQ(answers.answers.at(last().slot).status, 503) << "answered once";
}

TEST_F(AdminApi, WhoeverHangsUpIsForgotten) {
  EXPECT_FALSE(ask("/api/v1/dead-letters"));
  server.http_gone(last());
  archive.replies.push_back({archive.tickets.at(0), ArchiveAnswer{}});
  server.end_of_turn();
  EXPECT_TRUE(answers.answers.empty());
}

TEST_F(AdminApi, OpenRequestsAreBounded) {
  for (std::size_t i = 0; i < limits::admin_waiting; ++i) {
    EXPECT_FALSE(ask("/api/v1/dead-letters"));
  }
  EXPECT_EQ(ask("/api/v1/dead-letters")->status, 503);
  EXPECT_EQ(ask("/api/v1/publish", "POST", R"({"topic":"t","type":"x","data":1})")->status, 503);
}

TEST_F(AdminApi, APublicationIsAnsweredByTheEndOfTheTurn) {
  EXPECT_FALSE(ask("/api/v1/publish", "POST", R"({"topic":"t","type":"x","data":1})"));
  server.end_of_turn();
  const HttpResponse& answer = answers.answers.at(last().slot);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(Json::parse(answer.body)["subscriberCount"], 0);
}

TEST_F(AdminApi, AReaderGetsTheFiguresEverySecond) {
  const auto begin = ask("/api/v1/stream");
  ASSERT_TRUE(begin);
  EXPECT_TRUE(begin->stream);
  EXPECT_TRUE(begin->body.starts_with("event: stats\ndata: {"));
  EXPECT_TRUE(begin->body.ends_with("}\n\n"));
  pass(999ms);
  EXPECT_TRUE(answers.streamed.empty());
  EXPECT_EQ(timer.deadline, clock.now().mono + 1ms);
  pass(1ms);
  EXPECT_EQ(answers.streamed.size(), 1U);
  server.http_gone(last());
  answers.streamed.clear();
  pass(5'000ms);
  EXPECT_TRUE(answers.streamed.empty());
}

TEST_F(AdminApi, AReaderThatTakesNothingIsCut) {
  static_cast<void>(ask("/api/v1/stream"));
  answers.stuck = true;
  for (int i = 0; i < 9; ++i) pass(1'000ms);
  EXPECT_TRUE(answers.hung_up.empty());
  pass(1'000ms);
  ASSERT_EQ(answers.hung_up.size(), 1U);
  EXPECT_EQ(answers.hung_up[0], last());
}

TEST_F(AdminApi, EventsAreBoundedAndSayWhatIsMissing) {
  for (int i = 0; i < 25; ++i) server.library_log("x"), clock.at += 1'000ms;
  const Json newest = Json::parse(ask("/api/v1/events")->body);
  EXPECT_EQ(newest["items"].size(), 10U);
  EXPECT_EQ(newest["items"][9]["sequence"], events.last_sequence());
  const Json missed = Json::parse([this] {
    const std::vector<std::string> arguments{"cursor=p3"};
    HttpRequest request{"GET", "/api/v1/events"};
    request.arguments = arguments;
    request.door = Door::admin_socket;
    return server.http({}, request)->body;
  }());
  EXPECT_EQ(missed["missed"], events.last_sequence() - 10 - 3);
  EXPECT_EQ(missed["next"], "p" + std::to_string(events.last_sequence()));
}

TEST_F(AdminApi, ASecondDrainChangesNothing) {
  EXPECT_EQ(ask("/api/v1/drain", "POST")->status, 202);
  EXPECT_EQ(ask("/api/v1/drain", "POST")->status, 202);
  EXPECT_EQ(logger.count("draining"), 1U);
  EXPECT_EQ(logger.count("stop_forced"), 0U);
}

}  // namespace
}  // namespace signal_hub::app
