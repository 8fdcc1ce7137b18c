#include "scan.hpp"

#include <gtest/gtest.h>

namespace hub_bench {
namespace {

constexpr std::size_t size = 80;

/// What a hub makes of an envelope: other members before the data.
std::string forwarded(Envelope& envelope, std::uint64_t number, const std::string& id) {
  const std::string text(envelope.write(number, 123'456));
  const std::size_t begin = text.find("\"hub-bench:");
  return R"({"id":")" + id + R"(","type":"bench:load","payload":)" + text.substr(begin, size) +
         R"(,"correlationId":"hb-00000003-00000000000000ff"})";
}

TEST(Scan, AStampComesBackWhereverItIs) {
  Envelope envelope({.from = "@(a)", .type = "hub:publish", .topic = "t", .data_size = size}, 3);
  StampFinder finder;
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{255}, UINT64_MAX}) {
    for (const char* id : {"short", "short", "a longer one"}) {
      bool whole = false;
      const auto stamp = finder.find(forwarded(envelope, number, id), size, whole);
      ASSERT_TRUE(stamp);
      EXPECT_TRUE(whole);
      EXPECT_EQ(stamp->sender, 3U);
      EXPECT_EQ(stamp->number, number);
      EXPECT_EQ(stamp->intended, 123'456);
    }
  }
}

TEST(Scan, DataOfAnotherLengthIsNotWhole) {
  Envelope envelope({.from = "@(a)", .type = "hub:send", .data_size = size}, 3);
  std::string text = forwarded(envelope, 1, "x");
  text.erase(text.find("xxx"), 1);
  bool whole = true;
  EXPECT_TRUE(StampFinder().find(text, size, whole));
  EXPECT_FALSE(whole);
}

TEST(Scan, WhatEndsWithinTheStampHasNone) {
  bool whole = true;
  EXPECT_FALSE(StampFinder().find(R"("hub-bench:00000000:00")", size, whole));
  EXPECT_FALSE(StampFinder().find("", size, whole));
}

TEST(Scan, AnAnswerNamesTheRequest) {
  const Answer answer =
      read_answer(R"({"id":"1","type":"hub:delivery_ack","payload":{"status":"queued"},)"
                  R"("correlationId":"hb-0000000a-00000000000000ff"})");
  EXPECT_EQ(answer.type, "hub:delivery_ack");
  EXPECT_TRUE(answer.ours);
  EXPECT_EQ(answer.sender, 10U);
  EXPECT_EQ(answer.number, 255U);
  EXPECT_TRUE(answer.says(R"("status":"queued")"));
  EXPECT_FALSE(read_answer(R"({"type":"hub:pause","correlationId":null})").ours);
}

}  // namespace
}  // namespace hub_bench
