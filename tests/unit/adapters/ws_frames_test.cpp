#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "ws_world.hpp"

namespace signal_hub::adapters::test {
namespace {

using Texts = std::vector<std::string>;

class WsFrames : public WsWorld {
 protected:
  /// Drives until the hub has got `count` frames.
  bool got(Peer& peer, std::size_t count) {
    return until(peer, [&] { return hub.frames.size() >= count; });
  }
};

TEST_F(WsFrames, TextAndBinaryFramesArriveAsTheyAre) {
  const auto peer = open();
  peer->send(client_frame(text, "{}") + client_frame(binary, "\xc3\xa9") + client_frame(text, ""));
  ASSERT_TRUE(got(*peer, 3));
  EXPECT_EQ(hub.texts(), (Texts{"{}", "\xc3\xa9", ""}));
  EXPECT_EQ(hub.frames.front().first, hub.open.back());
  EXPECT_EQ(hub.held, 0U);
}

TEST_F(WsFrames, AFrameInTheUpgradesPacketIsNotLost) {
  const auto peer = connect();
  peer->send(upgrade() + client_frame(text, "early"));
  ASSERT_TRUE(got(*peer, 1));
  EXPECT_EQ(hub.texts(), Texts{"early"});
}

TEST_F(WsFrames, FragmentsAreOneMessage) {
  const auto peer = open();
  peer->send(client_frame(text, "one ", false) + client_frame(continuation, "", false) +
             client_frame(continuation, "two ", false) + client_frame(continuation, "three"));
  ASSERT_TRUE(got(*peer, 1));
  EXPECT_EQ(hub.texts(), Texts{"one two three"});
  EXPECT_EQ(hub.held, 0U);
  EXPECT_GT(hub.most_held, 0U);
}

TEST_F(WsFrames, AnEmptyFirstFragmentBeginsAnewMessage) {
  const auto peer = open();
  peer->send(client_frame(text, "a", false) + client_frame(continuation, "b") +
             client_frame(text, "", false) + client_frame(continuation, "c"));
  ASSERT_TRUE(got(*peer, 2));
  EXPECT_EQ(hub.texts(), (Texts{"ab", "c"}));
}

TEST_F(WsFrames, AMessageInManyPacketsArrivesWhole) {
  const auto peer = open();
  std::string large(300'000, ' ');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i % 26);
  const std::string bytes = client_frame(text, large);
  for (std::size_t at = 0; at < bytes.size(); at += 70'001) {
    peer->send(std::string_view(bytes).substr(at, 70'001));
    until(*peer, [&] { return peer->all_sent(); });
    loop.turn();
  }
  ASSERT_TRUE(got(*peer, 1));
  EXPECT_TRUE(hub.texts().front() == large);
  EXPECT_EQ(hub.held, 0U);
}

TEST_F(WsFrames, AFrameOverTheLimitIsToldByItsHeaderAndTheNextOnePasses) {
  hub.limit = 10;
  const auto peer = open();
  const std::string over = client_frame(text, "eleven byte");
  peer->send(over.substr(0, over.size() - 5));  // its end has not come
  ASSERT_TRUE(until(*peer, [&] { return !hub.oversizes.empty(); }));
  EXPECT_EQ(hub.oversizes, std::vector<std::size_t>{11});
  peer->send(over.substr(over.size() - 5) + client_frame(text, "ten bytes!"));
  ASSERT_TRUE(got(*peer, 1));
  EXPECT_EQ(hub.texts(), Texts{"ten bytes!"});
  EXPECT_EQ(hub.oversizes.size(), 1U);
  EXPECT_EQ(hub.most_held, 0U);
}

TEST_F(WsFrames, FragmentsOverTheLimitAreToldWhileTheyArrive) {
  hub.limit = 10;
  const auto peer = open();
  peer->send(client_frame(text, "123456", false) + client_frame(continuation, "123456", false));
  ASSERT_TRUE(until(*peer, [&] { return !hub.oversizes.empty(); }));
  EXPECT_EQ(hub.oversizes, std::vector<std::size_t>{12});
  EXPECT_EQ(hub.held, 0U);
  peer->send(client_frame(continuation, "123", false) + client_frame(continuation, "1") +
             client_frame(text, "fine"));
  ASSERT_TRUE(got(*peer, 1));
  EXPECT_EQ(hub.still_oversizes, (std::vector<std::size_t>{15, 16}));
  EXPECT_EQ(hub.oversizes.size(), 1U);
  EXPECT_EQ(hub.texts(), Texts{"fine"});
  EXPECT_LE(hub.most_held, 2 * hub.limit + 16);  // what a string of that size may reserve
}

TEST_F(WsFrames, ADeclaredLengthBeyondAllMeasureIsOversizedAtOnce) {
  const auto peer = open();
  std::string header("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 10);
  peer->send(header + std::string(4, '\0') + "x");
  ASSERT_TRUE(until(*peer, [&] { return !hub.oversizes.empty(); }));
  EXPECT_EQ(hub.oversizes, std::vector<std::size_t>{0x7fffffffffffffff});
  EXPECT_EQ(hub.most_held, 0U);
}

TEST_F(WsFrames, TheHubMayCloseWhileAnOversizedMessageGoesOn) {
  hub.limit = 10;
  const auto peer = open();
  hub.on_still_oversized = [&](ConnId) { hub.frames.emplace_back(); };
  peer->send(client_frame(text, "12345678901", false) + client_frame(continuation, "more", false));
  ASSERT_TRUE(got(*peer, 1));
  server->close(hub.open.back(), 1009, "too big");
  peer->send(client_frame(continuation, "and more", false));
  const auto close = frame(*peer);
  ASSERT_TRUE(close);
  EXPECT_EQ(close->close_code(), 1009);
}

TEST_F(WsFrames, TooManyFragmentsCloseWith1008) {
  const auto peer = open();
  std::string many = client_frame(text, "x", false);
  for (std::size_t n = 0; n < limits::message_fragments; ++n) {
    many += client_frame(continuation, "", false);
  }
  peer->send(many);
  closes_with(*peer, 1008);
  EXPECT_EQ(hub.frames.size(), 0U);
}

TEST_F(WsFrames, PingsAreAnsweredAmongFragments) {
  const auto peer = open();
  peer->send(client_frame(text, "a", false) + client_frame(ping, "hello") +
             client_frame(continuation, "b"));
  const auto answer = frame(*peer);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->opcode, unsigned{Opcode::pong});
  EXPECT_EQ(answer->payload, "hello");
  ASSERT_TRUE(got(*peer, 1));
  EXPECT_EQ(hub.texts(), Texts{"ab"});
}

TEST_F(WsFrames, APongIsASignOfLife) {
  const auto peer = open();
  peer->send(client_frame(pong, "hub"));
  ASSERT_TRUE(until(*peer, [&] { return !hub.signs_of_life.empty(); }));
  EXPECT_EQ(hub.signs_of_life, std::vector<ConnId>{hub.open.back()});
  EXPECT_EQ(hub.frames.size(), 0U);
}

// A client that fragments by bytes and answers a ping in between does nothing wrong.
TEST_F(WsFrames, APongBetweenHalvesOfACharacterEndsNothing) {
  const auto peer = open();
  peer->send(client_frame(text, "caf\xc3", false) + client_frame(pong, "hub") +
             client_frame(continuation, "\xa9"));
  ASSERT_TRUE(until(*peer, [&] { return !hub.frames.empty() || peer->ended(); }));
  EXPECT_EQ(hub.texts(), Texts{"caf\xc3\xa9"});
  EXPECT_EQ(hub.signs_of_life.size(), 1U);
}

TEST_F(WsFrames, APongMayCarryAnyBytes) {
  const auto peer = open();
  peer->send(client_frame(text, "first") + client_frame(pong, "\xff\xfe") +
             client_frame(text, "second"));
  ASSERT_TRUE(until(*peer, [&] { return hub.frames.size() == 2 || peer->ended(); }));
  EXPECT_EQ(hub.texts(), (Texts{"first", "second"}));
}

// The hub looks at every message's bytes, in frames of both kinds, and closes with 1007.
TEST_F(WsFrames, InvalidUtf8IsLeftToTheHub) {
  const auto peer = open();
  peer->send(client_frame(text, "\xff") + client_frame(binary, "\xfe"));
  ASSERT_TRUE(until(*peer, [&] { return hub.frames.size() == 2 || peer->ended(); }));
  EXPECT_EQ(hub.texts(), (Texts{"\xff", "\xfe"}));
}

TEST_F(WsFrames, WhatBreaksTheFramingClosesWith1002) {
  const std::vector<std::string> broken{
      client_frame(continuation, "nothing to continue"),
      client_frame(text, "a", false) + client_frame(text, "b"),
      client_frame(static_cast<Opcode>(3), "reserved"),
      client_frame(ping, "a fragment of a control frame", false),
      "\xc1" + client_frame(text, "reserved bit").substr(1),
  };
  for (const std::string& bytes : broken) {
    hub.ended.clear();
    const auto peer = open();
    peer->send(bytes);
    closes_with(*peer, 1002);
    EXPECT_FALSE(hub.ended.back().second);
  }
  EXPECT_EQ(hub.frames.size(), 0U);
}

}  // namespace
}  // namespace signal_hub::adapters::test
