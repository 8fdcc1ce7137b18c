#include <gtest/gtest.h>

#include "adapters/ws/listener.hpp"
#include "temporary_directory.hpp"
#include "ws_world.hpp"

namespace signal_hub::adapters::test {
namespace {

class WsUpgrade : public WsWorld {
 protected:
  int status(const std::map<std::string, std::string>& change, const std::string& path = "/ws",
             const std::string& method = "GET") {
    return status_of(answer_to(upgrade(change, path, method)));
  }
};

TEST_F(WsUpgrade, BothPathsOpenAWebSocket) {
  for (const std::string path : {"/ws", "/"}) {
    const std::string answer = answer_to(upgrade({}, path));
    EXPECT_EQ(status_of(answer), 101) << path;
    // RFC 6455 §1.3 has this pair of key and answer.
    EXPECT_EQ(header_of(answer, "Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    EXPECT_EQ(header_of(answer, "Sec-WebSocket-Protocol"), "");
  }
  EXPECT_EQ(hub.open.size(), 2U);
  EXPECT_EQ(hub.admitted, (std::vector<std::string>{"127.0.0.1", "127.0.0.1"}));
}

TEST_F(WsUpgrade, WhatIsNoHandshakeIsRefusedBeforeTheHubHearsOfIt) {
  EXPECT_EQ(status({}, "/nope"), 404);
  EXPECT_EQ(status({{"Upgrade", "h2c"}, {"HTTP2-Settings", "AAMAAABkAAQAAP__"}}), 400);
  EXPECT_EQ(status({{"Sec-WebSocket-Version", "12"}}), 426);
  EXPECT_EQ(status({{"Sec-WebSocket-Version", ""}}), 426);
  EXPECT_EQ(status({{"Sec-WebSocket-Key", "c2hvcnQ="}}), 400);
  EXPECT_EQ(status({{"Sec-WebSocket-Key", ""}}), 400);
  EXPECT_EQ(status({{"Host", ""}}), 400);
  EXPECT_EQ(status({{"Sec-WebSocket-Protocol", "chat, superchat"}}), 400);
  EXPECT_EQ(hub.admitted.size(), 0U);
  EXPECT_EQ(hub.open.size(), 0U);
}

TEST_F(WsUpgrade, AnyMethodButGetIsTold) {
  for (const std::string method : {"POST", "PUT"}) {
    const std::string answer = answer_to(upgrade({}, "/ws", method));
    EXPECT_EQ(status_of(answer), 405) << method;
    EXPECT_EQ(header_of(answer, "Allow"), "GET") << method;
  }
}

TEST_F(WsUpgrade, ARefusalSaysWhatIsSpokenAndEndsTheConnection) {
  const auto peer = connect();
  peer->send(upgrade({{"Sec-WebSocket-Version", "8"}}));
  const std::string answer = response(*peer);
  EXPECT_EQ(header_of(answer, "Sec-WebSocket-Version"), "13");
  EXPECT_EQ(header_of(answer, "Connection"), "close");
  EXPECT_TRUE(until(*peer, [&] { return peer->ended(); }));
}

TEST_F(WsUpgrade, TheKnownSubprotocolIsChosenAmongOthers) {
  const std::string offer = "chat, signal-hub.v1.json";
  const std::string answer = answer_to(upgrade({{"Sec-WebSocket-Protocol", offer}}));
  EXPECT_EQ(status_of(answer), 101);
  EXPECT_EQ(header_of(answer, "Sec-WebSocket-Protocol"), "signal-hub.v1.json");
}

TEST_F(WsUpgrade, CompressionIsNotNegotiated) {
  const auto answer = answer_to(upgrade({{"Sec-WebSocket-Extensions", "permessage-deflate"}}));
  EXPECT_EQ(status_of(answer), 101);
  EXPECT_EQ(header_of(answer, "Sec-WebSocket-Extensions"), "");
}

TEST_F(WsUpgrade, WithoutAuthOnlyLoopbackOriginsAndHostsPass) {
  EXPECT_EQ(status({{"Origin", "http://localhost:3000"}}), 101);
  EXPECT_EQ(status({{"Origin", "http://[::1]:3000"}}), 101);
  EXPECT_EQ(status({{"Origin", "https://evil.example"}}), 403);
  EXPECT_EQ(status({{"Origin", "https://localhost.evil.example"}}), 403);
  EXPECT_EQ(status({{"Origin", "null"}}), 403);
  EXPECT_EQ(status({{"Host", "localhost:8787"}}), 101);
  EXPECT_EQ(status({{"Host", "rebound.example"}}), 403);
}

TEST_F(WsUpgrade, WithAuthAnyOriginAndHostPass) {
  settings.hub.auth = true;
  EXPECT_EQ(status({{"Origin", "https://anywhere.example"}, {"Host", "hub.example"}}), 101);
}

TEST_F(WsUpgrade, AllowedOriginsAreComparedExactly) {
  settings.server.allow_origin = {"https://app.example"};
  EXPECT_EQ(status({{"Origin", "https://app.example"}}), 101);
  EXPECT_EQ(status({{"Origin", "https://app.example:444"}}), 403);
  EXPECT_EQ(status({{"Origin", "http://localhost"}}), 403);
  EXPECT_EQ(status({}), 101);  // no page
}

TEST_F(WsUpgrade, TooManyFromOneAddressIs429WithWholeSeconds) {
  hub.admission = {core::Admission::Verdict::too_many_from_ip, 1'200ms};
  const std::string answer = answer_to(upgrade());
  EXPECT_EQ(status_of(answer), 429);
  EXPECT_EQ(header_of(answer, "Retry-After"), "2");
  EXPECT_EQ(hub.given_up.size(), 0U);
  EXPECT_EQ(hub.open.size(), 0U);
}

TEST_F(WsUpgrade, EveryVerdictHasItsStatus) {
  using Verdict = core::Admission::Verdict;
  for (const auto& [verdict, expected] :
       {std::pair{Verdict::too_fast, 429}, {Verdict::full, 503}, {Verdict::draining, 503}}) {
    hub.admission = {verdict, 1'000ms};
    const std::string answer = answer_to(upgrade());
    EXPECT_EQ(status_of(answer), expected);
    EXPECT_EQ(header_of(answer, "Retry-After"), "1");
  }
}

TEST_F(WsUpgrade, AnAdmittedUpgradeThatNeverCompletesIsAbandonedOnce) {
  const signal_hub::test::TemporaryDirectory files;
  settings.server.listen = {"unix:" + files.path() + "/hub"};
  start();
  Peer peer(files.path() + "/hub");
  peer.send(upgrade());
  peer.close();  // the request is there, its answer finds nobody
  EXPECT_TRUE(loop.until([&] { return !hub.given_up.empty(); }));
  server.reset();
  EXPECT_EQ(hub.admitted.size(), 1U);
  EXPECT_EQ(hub.given_up, hub.admitted);
  EXPECT_EQ(hub.open.size(), 0U);
  EXPECT_EQ(hub.ended.size(), 0U);
}

TEST_F(WsUpgrade, AWebSocketThatWasOpenIsNotAbandoned) {
  open()->close();
  EXPECT_TRUE(loop.until([&] { return hub.ended.size() == 1; }));
  server.reset();
  EXPECT_EQ(hub.given_up.size(), 0U);
  EXPECT_EQ(hub.ended.size(), 1U);
}

TEST_F(WsUpgrade, AUnixSocketHasNoClientAddress) {
  const signal_hub::test::TemporaryDirectory files;
  settings.server.listen = {"unix:" + files.path() + "/hub"};
  start();
  EXPECT_EQ(server->urls(), settings.server.listen);
  Peer peer(files.path() + "/hub");
  peer.send(upgrade({{"Host", "localhost"}}));
  EXPECT_EQ(status_of(response(peer)), 101);
  EXPECT_EQ(hub.admitted, std::vector<std::string>{""});
}

TEST_F(WsUpgrade, BehindATrustedProxyTheClientIsWhomItNames) {
  settings.server.trusted_proxy = {"127.0.0.0/8"};
  EXPECT_EQ(status({{"X-Forwarded-For", "10.9.9.9, 203.0.113.7"}}), 101);
  EXPECT_EQ(hub.admitted, std::vector<std::string>{"203.0.113.7"});
}

TEST_F(WsUpgrade, AStrangersForwardedAddressIsNotBelieved) {
  EXPECT_EQ(status({{"X-Forwarded-For", "203.0.113.7"}}), 101);
  EXPECT_EQ(hub.admitted, std::vector<std::string>{"127.0.0.1"});
}

TEST_F(WsUpgrade, PagesAreServedOnAConnectionThatStaysOpen) {
  hub.page.body = "{}";
  const auto peer = connect();
  for (int n = 0; n < 2; ++n) {
    peer->send("GET /health?full=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const std::string answer = response(*peer);
    EXPECT_EQ(status_of(answer), 200);
    EXPECT_TRUE(answer.ends_with("\r\n\r\n{}")) << answer;
  }
  EXPECT_EQ(hub.requests, (std::vector<std::string>{"GET /health?full=1", "GET /health?full=1"}));
}

TEST_F(WsUpgrade, APageLargerThanTheSocketTakesArrivesWhole) {
  hub.page.body = std::string(std::size_t{8} << 20U, 'x');
  const auto peer = connect(4096);
  peer->send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string answer = response(*peer);
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, hub.page.body.size());
}

TEST_F(WsUpgrade, ConnectionsBeyondTheCapAndItsReserveAreClosedUnheard) {
  settings.hub.max_connections = 1;
  std::vector<std::unique_ptr<Peer>> peers;
  for (std::size_t n = 0; n < 1 + 64; ++n) peers.push_back(connect());
  // Connections are taken in order: when the last is closed, all before it are held.
  const auto over = connect();
  EXPECT_TRUE(until(*over, [&] { return over->ended(); }));
  peers.back()->send(upgrade());
  EXPECT_EQ(status_of(response(*peers.back())), 101);
  peers.front()->close();
  // Once the place is noticed to be free.
  EXPECT_TRUE(loop.until([&] { return status_of(answer_to(upgrade())) == 101; }));
}

TEST_F(WsUpgrade, AfterStopListeningNobodyIsAccepted) {
  const std::uint16_t at = port();
  const auto peer = open();
  server->stop_listening();
  EXPECT_THROW(Peer{at}, std::runtime_error);
  peer->send(client_frame(text, "still here"));
  EXPECT_TRUE(until(*peer, [&] { return hub.texts() == std::vector<std::string>{"still here"}; }));
}

TEST_F(WsUpgrade, AnAddressThatCannotBeBoundIsAnErrorAndLeavesNothingOpen) {
  const auto first = Listener::open(loop.raw(), {ListenAddress::Kind::ipv4, "127.0.0.1", 0},
                                    [](int, const ListenAddress&) {});
  ASSERT_TRUE(first.ok());
  const std::string taken = "127.0.0.1:" + std::to_string((*first)->address().port);
  settings.server.listen = {"127.0.0.1:0", taken};
  TestLoop other;
  const auto refused = WsServer::create(other.raw(), settings, hub);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().find(taken), std::string::npos) << refused.error();
}

TEST_F(WsUpgrade, MissingTlsFilesAreNamed) {
  settings.server.tls_cert = "/nonexistent/cert.pem";
  settings.server.tls_key = "/nonexistent/key.pem";
  const auto refused = WsServer::create(loop.raw(), settings, hub);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().find("/nonexistent/cert.pem"), std::string::npos) << refused.error();
}

}  // namespace
}  // namespace signal_hub::adapters::test
