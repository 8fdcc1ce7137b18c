// A WebSocket server on a loop, in front of a hub that writes down what it is told.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/ws/server.hpp"
#include "base/listen_address.hpp"
#include "test_loop.hpp"
#include "ws_peer.hpp"

namespace signal_hub::adapters::test {

class FakeHub final : public app::TransportEvents {
 public:
  core::Admission admit(std::string_view ip) override {
    admitted.emplace_back(ip);
    return admission;
  }
  void abandoned(std::string_view ip) override { given_up.emplace_back(ip); }
  void refused(core::RefusalReason reason) override { refusals.push_back(reason); }
  ConnId opened(std::string_view) override {
    open.push_back({static_cast<std::uint32_t>(open.size()), 1});
    return open.back();
  }
  std::size_t frame_limit(ConnId) override { return limit; }
  void reassembling(ConnId, std::size_t bytes) override {
    held = bytes;
    most_held = std::max(most_held, bytes);
  }
  void frame(ConnId conn, std::string_view bytes) override {
    frames.emplace_back(conn, std::string(bytes));
  }
  void oversized(ConnId, std::size_t size) override { oversizes.push_back(size); }
  void still_oversized(ConnId conn, std::size_t size) override {
    still_oversizes.push_back(size);
    if (on_still_oversized) on_still_oversized(conn);
  }
  void alive(ConnId conn) override { signs_of_life.push_back(conn); }
  void closed(ConnId conn, bool clean) override { ended.emplace_back(conn, clean); }
  void writable(ConnId conn) override { drained.push_back(conn); }
  std::size_t body_limit(const app::HttpRequest&) override { return body_bytes; }
  std::optional<app::HttpResponse> http(app::HttpId id, const app::HttpRequest& request) override {
    std::string text = std::string(request.method) + " " + std::string(request.path) + "?";
    for (const std::string& argument : request.arguments) text += argument + "&";
    if (text.ends_with('&')) text.pop_back();
    if (!request.body.empty()) text += " " + std::string(request.body);
    if (request.door == app::Door::admin_socket) text += " (admin)";
    requests.push_back(text);
    asked.push_back(id);
    return answers_later ? std::nullopt : std::optional(page);
  }
  void http_gone(app::HttpId id) override { unanswered.push_back(id); }
  void library_log(std::string_view) override {}

  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const auto& [conn, bytes] : frames) all.push_back(bytes);
    return all;
  }

  core::Admission admission;
  std::size_t limit = std::size_t{1} << 20U;
  app::HttpResponse page;
  std::size_t body_bytes = 0;
  bool answers_later = false;
  std::function<void(ConnId)> on_still_oversized;

  std::vector<std::string> admitted;
  std::vector<std::string> given_up;
  std::vector<core::RefusalReason> refusals;
  std::vector<ConnId> open;
  std::size_t held = 0;
  std::size_t most_held = 0;
  std::vector<std::pair<ConnId, std::string>> frames;
  std::vector<std::size_t> oversizes;
  std::vector<std::size_t> still_oversizes;
  std::vector<ConnId> signs_of_life;
  std::vector<std::pair<ConnId, bool>> ended;
  std::vector<ConnId> drained;
  std::vector<std::string> requests;
  std::vector<app::HttpId> asked;
  std::vector<app::HttpId> unanswered;
};

class WsWorld : public testing::Test {
 protected:
  WsWorld() { settings.server.listen = {"127.0.0.1:0"}; }

  /// Called once the settings are as the test wants them; at first use otherwise.
  void start() {
    auto made = WsServer::create(loop.raw(), settings, hub);
    if (!made) throw std::runtime_error(made.error());
    server = std::move(*made);
  }

  std::uint16_t port() {
    if (!server) start();
    const std::string& url = server->urls().front();  // ws://HOST:PORT/ws
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  }

  std::unique_ptr<Peer> connect(int receive_buffer = 0) {
    return std::make_unique<Peer>(port(), receive_buffer);
  }

  /// Drives both sides until `done`.
  template <class Done>
  bool until(Peer& peer, Done done) {
    return loop.until([&] {
      peer.pump();
      return done();
    });
  }

  std::string response(Peer& peer) {
    std::optional<std::string> whole;
    until(peer, [&] { return (whole = peer.take_response()) || peer.ended(); });
    return whole.value_or("");
  }

  /// The answer to a request on a connection of its own.
  std::string answer_to(const std::string& request) {
    const auto peer = connect();
    peer->send(request);
    return response(*peer);
  }

  /// An accepted WebSocket; its ConnId is hub.open.back().
  std::unique_ptr<Peer> open(int receive_buffer = 0) {
    auto peer = connect(receive_buffer);
    peer->send(upgrade());
    if (status_of(response(*peer)) != 101) throw std::runtime_error("no upgrade");
    return peer;
  }

  std::optional<Peer::Frame> frame(Peer& peer) {
    std::optional<Peer::Frame> next;
    until(peer, [&] { return (next = peer.take_frame()) || peer.ended(); });
    return next;
  }

  /// The close frame that comes and is answered, and then the end of the connection.
  void closes_with(Peer& peer, std::uint16_t code) {
    const auto close = frame(peer);
    ASSERT_TRUE(close);
    EXPECT_EQ(close->opcode, unsigned{Opcode::closing});
    EXPECT_EQ(close->close_code(), code);
    peer.send(client_frame(closing, close->payload));
    EXPECT_TRUE(until(peer, [&] { return peer.ended(); }));
    EXPECT_TRUE(loop.until([&] { return hub.ended.size() == 1; }));
  }

  TestLoop loop;
  Settings settings;
  FakeHub hub;
  std::unique_ptr<WsServer> server;  // before all it uses
};

}  // namespace signal_hub::adapters::test
