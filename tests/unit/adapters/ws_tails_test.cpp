// Frames whose end many share: sent past the library, and whole whatever it sends itself.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "wire/ws_frame.hpp"
#include "ws_world.hpp"

namespace signal_hub::adapters::test {
namespace {

using app::WriteOutcome;
using core::SharedBytes;

/// The parameter: how many others hold the text, which decides how it is sent.
class WsTails : public WsWorld, public testing::WithParamInterface<std::size_t> {
 protected:
  ConnId conn() const { return hub.open.back(); }
  SharedBytes text(std::size_t size) {
    SharedBytes made(std::string(size, 't'), held_);
    owners_.assign(GetParam(), made);
    return made;
  }
  WriteOutcome write(std::string_view before, std::string_view head, const SharedBytes& tail) {
    std::string bytes(before);
    wire::append_ws_header(bytes, wire::Opcode::text, head.size() + tail->size());
    return server->write(conn(), {bytes.append(head), &tail});
  }

 private:
  std::size_t held_ = 0;
  std::vector<SharedBytes> owners_;
};

TEST_P(WsTails, FollowWhatIsBeforeThem) {
  const auto peer = open();
  const SharedBytes tail = text(100'000);
  std::string first;
  wire::append_ws_header(first, wire::Opcode::text, 3);
  EXPECT_EQ(write(first + "one", "head", tail), WriteOutcome::sent);
  server->all_written();
  EXPECT_EQ(frame(*peer)->payload, "one");
  EXPECT_EQ(frame(*peer)->payload, "head" + *tail);
}

TEST_P(WsTails, WhatTheSocketDoesNotTakeFollowsAndAPongBehindIt) {
  const auto peer = open(4096);
  const SharedBytes tail = text(std::size_t{16} << 20U);
  peer->send(client_frame(ping, "p"));
  EXPECT_EQ(write({}, "head", tail), WriteOutcome::backed_up);
  for (int n = 0; n < 5; ++n) loop.turn();
  const auto large = frame(*peer);
  ASSERT_TRUE(large);
  EXPECT_TRUE(large->payload == "head" + *tail);
  EXPECT_EQ(frame(*peer)->payload, "p");
  EXPECT_TRUE(loop.until([&] { return !hub.drained.empty(); }));
  EXPECT_EQ(write({}, "again", text(100'000)), WriteOutcome::sent);
  EXPECT_EQ(frame(*peer)->payload.substr(0, 6), "againt");
}

TEST_P(WsTails, ABrokenSocketIsToldAndEnds) {
  const auto peer = open();
  peer->send(client_frame(test::text, "unread"));
  until(*peer, [&] { return hub.frames.size() == 1; });
  const SharedBytes tail = text(100'000);
  write({}, "never read", tail);
  peer->close();
  auto outcome = WriteOutcome::sent;
  for (int n = 0; n < 100 && outcome != WriteOutcome::failed; ++n) {
    outcome = write({}, "into the void", tail);
  }
  EXPECT_EQ(outcome, WriteOutcome::failed);
  EXPECT_EQ(hub.ended.size(), 0U);  // not from within the call
  EXPECT_TRUE(loop.until([&] { return hub.ended.size() == 1; }));
}

INSTANTIATE_TEST_SUITE_P(ToFewAndToMany, WsTails, testing::Values(0, 20));

}  // namespace
}  // namespace signal_hub::adapters::test
