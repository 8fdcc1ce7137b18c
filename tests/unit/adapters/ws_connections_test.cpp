#include <gtest/gtest.h>

#include "wire/ws_frame.hpp"
#include "ws_world.hpp"

namespace signal_hub::adapters::test {
namespace {

using app::WriteOutcome;

std::string text_frame(std::string_view payload) {
  std::string frame;
  wire::append_ws_header(frame, wire::Opcode::text, payload.size());
  return frame.append(payload);
}

class WsWriting : public WsWorld {
 protected:
  ConnId conn() const { return hub.open.back(); }

  /// More than sockets hold: written, it is backed up. Returns what was written.
  std::string back_up(char fill) {
    std::string large = text_frame(std::string(std::size_t{16} << 20U, fill));
    EXPECT_EQ(server->write(conn(), {large}), WriteOutcome::backed_up);
    return large;
  }
};

class WsEnding : public WsWriting {
 protected:
  bool ended_clean(Peer& peer, bool clean) {
    return until(peer, [&] { return !hub.ended.empty(); }) && hub.ended.size() == 1 &&
           hub.ended.front() == std::pair{conn(), clean};
  }
};

TEST_F(WsWriting, BytesLeaveAsTheyAreGiven) {
  const auto peer = open();
  const std::string two = text_frame("one") + text_frame("two");
  EXPECT_EQ(server->write(conn(), {two}), WriteOutcome::sent);
  EXPECT_EQ(frame(*peer)->payload, "one");
  EXPECT_EQ(frame(*peer)->payload, "two");
}

TEST_F(WsWriting, WhatTheSocketDoesNotTakeFollowsAndIsToldOnce) {
  const auto peer = open(4096);
  back_up('a');
  loop.turn();
  EXPECT_EQ(hub.drained.size(), 0U);  // the peer has not read
  const auto large = frame(*peer);
  ASSERT_TRUE(large);
  EXPECT_EQ(large->payload.size(), std::size_t{16} << 20U);
  EXPECT_EQ(large->payload.find_first_not_of('a'), std::string::npos);
  EXPECT_TRUE(loop.until([&] { return !hub.drained.empty(); }));
  EXPECT_EQ(server->write(conn(), {text_frame("next")}), WriteOutcome::sent);
  EXPECT_EQ(frame(*peer)->payload, "next");
  EXPECT_EQ(hub.drained, std::vector<ConnId>{conn()});
}

TEST_F(WsWriting, APongWaitsBehindWhatIsBackedUp) {
  const auto peer = open(4096);
  back_up('a');
  peer->send(client_frame(ping, "p"));
  for (int n = 0; n < 5; ++n) loop.turn();
  const auto large = frame(*peer);
  ASSERT_TRUE(large);
  EXPECT_EQ(large->payload.find_first_not_of('a'), std::string::npos);
  EXPECT_EQ(frame(*peer)->payload, "p");
}

TEST_F(WsWriting, UnknownConnectionsAreIgnored) {
  const auto peer = open();
  ConnId stale = conn();
  ++stale.generation;
  for (const ConnId id : {stale, ConnId{}, ConnId{1000, 1}}) {
    EXPECT_EQ(server->write(id, {text_frame("x")}), WriteOutcome::failed);
    server->close(id, 1000, "");
    server->cut(id);
    server->pause_reading(id, true);
  }
  peer->send(client_frame(text, "still here"));
  EXPECT_TRUE(until(*peer, [&] { return hub.frames.size() == 1; }));
}

TEST_F(WsWriting, WritingToAPeerThatIsGoneFailsAndTheEndFollows) {
  const auto peer = open();
  peer->send(client_frame(text, "unread"));
  until(*peer, [&] { return hub.frames.size() == 1; });
  server->write(conn(), {text_frame("never read")});
  peer->close();  // unread bytes: a reset
  auto outcome = WriteOutcome::sent;
  for (int n = 0; n < 100 && outcome != WriteOutcome::failed; ++n) {
    outcome = server->write(conn(), {text_frame("into the void")});
  }
  EXPECT_EQ(outcome, WriteOutcome::failed);
  EXPECT_EQ(hub.ended.size(), 0U);  // not from within the call
  EXPECT_TRUE(loop.until([&] { return hub.ended.size() == 1; }));
  EXPECT_FALSE(hub.ended.front().second);
}

TEST_F(WsWriting, APausedConnectionIsNotReadUntilItResumes) {
  const auto paused = open();
  const ConnId first = conn();
  const auto other = open();
  server->pause_reading(first, true);
  paused->send(client_frame(text, "waits"));
  other->send(client_frame(text, "passes"));
  ASSERT_TRUE(until(*other, [&] { return !hub.frames.empty(); }));
  for (int n = 0; n < 5; ++n) loop.turn();
  EXPECT_EQ(hub.texts(), std::vector<std::string>{"passes"});
  server->pause_reading(first, false);
  ASSERT_TRUE(until(*paused, [&] { return hub.frames.size() == 2; }));
  EXPECT_EQ(hub.texts().back(), "waits");
}

TEST_F(WsWriting, APausedConnectionCanBeWrittenTo) {
  const auto peer = open();
  server->pause_reading(conn(), true);
  EXPECT_EQ(server->write(conn(), {text_frame("x")}), WriteOutcome::sent);
  EXPECT_EQ(frame(*peer)->payload, "x");
}

TEST_F(WsEnding, CodeAndReasonAreOnTheWireAfterWhatWasWritten) {
  const auto peer = open();
  server->write(conn(), {text_frame("last words")});
  server->close(conn(), 1008, "policy");
  EXPECT_EQ(frame(*peer)->payload, "last words");
  const auto close = frame(*peer);
  ASSERT_TRUE(close);
  EXPECT_EQ(close->opcode, unsigned{Opcode::closing});
  EXPECT_EQ(close->close_code(), 1008);
  EXPECT_EQ(close->close_reason(), "policy");
  EXPECT_EQ(hub.ended.size(), 0U);
  peer->send(client_frame(closing, close->payload));
  EXPECT_TRUE(until(*peer, [&] { return peer->ended(); }));
  EXPECT_TRUE(ended_clean(*peer, false));
  EXPECT_EQ(peer->received(), "");
}

TEST_F(WsEnding, WhatComesAfterOurCloseIsNotHeard) {
  const auto peer = open();
  server->close(conn(), 1000, "");
  peer->send(client_frame(text, "too late") + client_frame(closing, close_payload(1000)));
  EXPECT_TRUE(ended_clean(*peer, true));
  EXPECT_EQ(hub.frames.size(), 0U);
}

TEST_F(WsEnding, ACloseBehindABacklogKeepsItsPlace) {
  const auto peer = open(4096);
  back_up('a');
  const auto large = frame(*peer);
  ASSERT_TRUE(large);
  ASSERT_TRUE(until(*peer, [&] { return !hub.drained.empty(); }));
  server->close(conn(), 1013, "slow");
  EXPECT_EQ(frame(*peer)->close_code(), 1013);
}

TEST_F(WsEnding, APausedConnectionStillHearsTheAnswerToOurClose) {
  const auto peer = open();
  server->pause_reading(conn(), true);
  server->close(conn(), 1000, "bye");
  EXPECT_EQ(frame(*peer)->close_code(), 1000);
  peer->send(client_frame(closing, close_payload(1000)));
  EXPECT_TRUE(ended_clean(*peer, true));
}

TEST_F(WsEnding, ThePeersCloseIsAnsweredAndCleanByItsCode) {
  struct Case {
    std::string payload;
    bool clean;
  };
  const std::vector<Case> cases{{close_payload(1000), true},        {"", true},
                                {close_payload(1000, "bye"), true}, {close_payload(1001), false},
                                {close_payload(1011), false},       {close_payload(4000), false}};
  for (const Case& c : cases) {
    hub.ended.clear();
    const auto peer = open();
    peer->send(client_frame(closing, c.payload));
    const auto echo = frame(*peer);
    ASSERT_TRUE(echo);
    EXPECT_EQ(echo->opcode, unsigned{Opcode::closing});
    EXPECT_EQ(echo->payload, c.payload);
    EXPECT_TRUE(ended_clean(*peer, c.clean)) << c.payload;
  }
}

TEST_F(WsEnding, ACloseFrameThatIsNoneIsToldSoAndNotClean) {
  struct Case {
    std::string payload;
    std::uint16_t answer;
  };
  for (const Case& c : {Case{"\x03", 1002}, {close_payload(1000, "\xff"), 1007}}) {
    hub.ended.clear();
    const auto peer = open();
    peer->send(client_frame(closing, c.payload));
    const auto answer = frame(*peer);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->close_code(), c.answer);
    peer->close();
    EXPECT_TRUE(ended_clean(*peer, false));
  }
}

TEST_F(WsEnding, ALostSocketIsNotClean) {
  const auto peer = open();
  peer->close();
  EXPECT_TRUE(loop.until([&] { return hub.ended.size() == 1; }));
  EXPECT_FALSE(hub.ended.front().second);
}

TEST_F(WsEnding, ALostSocketGivesBackWhatItsHalfMessageHeld) {
  const auto peer = open();
  peer->send(client_frame(text, "half", false));
  EXPECT_TRUE(until(*peer, [&] { return hub.held > 0; }));
  peer->close();
  EXPECT_TRUE(loop.until([&] { return hub.ended.size() == 1; }));
  EXPECT_EQ(hub.frames.size(), 0U);
}

TEST_F(WsEnding, CutEndsTheSocketWithoutACloseFrame) {
  const auto peer = open();
  server->cut(conn());
  EXPECT_EQ(hub.ended.size(), 0U);  // not from within the call
  EXPECT_TRUE(ended_clean(*peer, false));
  EXPECT_TRUE(until(*peer, [&] { return peer->ended(); }));
  EXPECT_EQ(peer->received(), "");
}

TEST_F(WsEnding, CutEndsOneThatDoesNotReadOrIsNotRead) {
  for (const bool paused : {false, true}) {
    hub.ended.clear();
    const auto peer = open(4096);
    back_up('a');
    if (paused) server->pause_reading(conn(), true);
    server->cut(conn());
    EXPECT_TRUE(loop.until([&] { return hub.ended.size() == 1; }));
  }
}

TEST_F(WsEnding, AnIdIsNotReusedForAnotherConnectionsCommands) {
  const auto first = open();
  const ConnId gone = conn();
  first->close();
  ASSERT_TRUE(loop.until([&] { return hub.ended.size() == 1; }));
  const auto second = open();
  server->close(gone, 1000, "");
  server->cut(gone);
  EXPECT_EQ(server->write(conn(), {text_frame("alive")}), WriteOutcome::sent);
  EXPECT_EQ(frame(*second)->payload, "alive");
}

TEST_F(WsEnding, DestroyEndsEveryConnection) {
  const auto first = open();
  const auto second = open();
  server->destroy();
  EXPECT_EQ(hub.ended.size(), 2U);
  EXPECT_TRUE(until(*first, [&] { return first->ended(); }));
  EXPECT_TRUE(until(*second, [&] { return second->ended(); }));
}

}  // namespace
}  // namespace signal_hub::adapters::test
