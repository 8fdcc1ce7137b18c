// HTTP besides WebSockets: bodies, answers that come later, streams, the operator's socket.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "temporary_directory.hpp"
#include "ws_world.hpp"

namespace signal_hub::adapters::test {
namespace {

class WsHttp : public WsWorld {
 protected:
  static std::string post(const std::string& body, const std::string& path = "/p") {
    return "POST " + path +
           " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }
  static std::string get(const std::string& path) {
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
};

TEST_F(WsHttp, ABodyArrivesWholeHoweverItComes) {
  hub.body_bytes = 100'000;
  hub.page.body = "{}";
  const auto peer = connect();
  const std::string body(50'000, 'x');
  const std::string request = post(body);
  peer->send(request.substr(0, request.size() - 20'000));
  EXPECT_TRUE(until(*peer, [&] { return peer->all_sent(); }));
  EXPECT_TRUE(hub.requests.empty());
  peer->send(request.substr(request.size() - 20'000));
  EXPECT_EQ(status_of(response(*peer)), 200);
  EXPECT_EQ(hub.requests.at(0), "POST /p? " + body);
  // The connection serves the next request.
  peer->send(get("/q?a=1&b=%26%3D"));
  EXPECT_EQ(status_of(response(*peer)), 200);
  EXPECT_EQ(hub.requests.at(1), "GET /q?a=1&b=&=");
}

TEST_F(WsHttp, AnUnwantedBodyIsNotRead) {
  hub.page.status = 405;
  const auto peer = connect();
  peer->send(post("xxxx").substr(0, post("xxxx").size() - 4));
  EXPECT_EQ(status_of(response(*peer)), 405);
  EXPECT_TRUE(until(*peer, [&] { return peer->ended(); }));
  EXPECT_EQ(hub.requests.at(0), "POST /p?");
}

TEST_F(WsHttp, ABodyOverTheLimitIsAnsweredWithoutIt) {
  hub.body_bytes = 10;
  hub.page.status = 413;
  const std::string answer = answer_to(post("12345678901"));
  EXPECT_EQ(status_of(answer), 413);
  EXPECT_EQ(header_of(answer, "Connection"), "close");
  EXPECT_EQ(hub.requests.at(0), "POST /p?");
}

TEST_F(WsHttp, AnAnswerMayComeLater) {
  hub.answers_later = true;
  const auto peer = connect();
  peer->send(get("/later"));
  ASSERT_TRUE(until(*peer, [&] { return !hub.asked.empty(); }));
  app::HttpResponse late;
  late.body = "done";
  server->respond(hub.asked[0], late);
  EXPECT_TRUE(response(*peer).ends_with("done"));
  // Once answered, the id names nothing.
  server->respond(hub.asked[0], late);
  hub.answers_later = false;
  peer->send(get("/next"));
  EXPECT_EQ(status_of(response(*peer)), 200);
  EXPECT_TRUE(hub.unanswered.empty());
}

TEST_F(WsHttp, WhoeverLeavesAStreamIsToldByWhatFollows) {
  hub.page.stream = true;
  const auto peer = connect();
  peer->send(get("/stream"));
  ASSERT_TRUE(until(*peer, [&] { return !hub.asked.empty(); }));
  peer->close();
  EXPECT_TRUE(loop.until([&] {
    server->stream(hub.asked[0], "more\n");
    return !hub.unanswered.empty();
  }));
  EXPECT_EQ(hub.unanswered, hub.asked);
  server->hang_up(hub.asked[0]);
}

TEST_F(WsHttp, AnAnswerToNobodyIsHarmless) {
  hub.answers_later = true;
  const auto peer = connect();
  peer->send(get("/later"));
  ASSERT_TRUE(until(*peer, [&] { return !hub.asked.empty(); }));
  peer->close();
  server->respond(hub.asked[0], {});
  hub.answers_later = false;
  EXPECT_EQ(status_of(answer_to(get("/next"))), 200);
}

TEST_F(WsHttp, AStreamGoesOnUntilItIsHungUp) {
  hub.page.stream = true;
  hub.page.body = "first\n";
  const auto peer = connect();
  peer->send(get("/stream"));
  ASSERT_TRUE(until(*peer, [&] { return peer->received().ends_with("first\n"); }));
  EXPECT_EQ(peer->received().find("Content-Length"), std::string::npos);
  EXPECT_TRUE(server->stream(hub.asked[0], "second\n"));
  EXPECT_FALSE(server->stream(hub.asked[0], "too soon\n"));
  ASSERT_TRUE(until(*peer, [&] { return peer->received().ends_with("second\n"); }));
  server->hang_up(hub.asked[0]);
  EXPECT_TRUE(until(*peer, [&] { return peer->ended(); }));
  EXPECT_TRUE(loop.until([&] { return hub.unanswered == hub.asked; }));
}

TEST_F(WsHttp, TheOperatorsSocketIsAnotherDoor) {
  const signal_hub::test::TemporaryDirectory folder;
  settings.server.admin_socket = folder.path() + "/admin.sock";
  hub.page.body = "{}";
  start();
  Peer peer(settings.server.admin_socket);
  // The Host header, which a client chooses, means nothing.
  peer.send(get("/x"));
  EXPECT_EQ(status_of(response(peer)), 200);
  EXPECT_EQ(hub.requests.at(0), "GET /x? (admin)");
  EXPECT_EQ(status_of(answer_to("GET /y HTTP/1.1\r\nHost: admin\r\n\r\n")), 200);
  EXPECT_EQ(hub.requests.at(1), "GET /y?");
  Peer websocket(settings.server.admin_socket);
  websocket.send(upgrade());
  EXPECT_EQ(status_of(response(websocket)), 404);
  struct stat file {};
  ASSERT_EQ(stat(settings.server.admin_socket.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0600U);
  server.reset();
  EXPECT_NE(stat(settings.server.admin_socket.c_str(), &file), 0);
}

}  // namespace
}  // namespace signal_hub::adapters::test
