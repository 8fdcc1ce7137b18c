#include "core/outbox.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace signal_hub::core {
namespace {

using wire::Opcode;

struct OutboxTest : testing::Test {
  void add(const std::string& text, ReceiptId receipt = 0) {
    outbox.append(pool, Opcode::text, text, {}, {}, nullptr, receipt);
  }
  void add_shared(const std::string& head, const SharedBytes& tail) {
    outbox.append(pool, Opcode::text, head, {}, *tail, tail, 0);
  }
  std::string drain() {
    std::string all;
    for (auto bytes = outbox.unsent(); !bytes.empty(); bytes = outbox.unsent()) {
      all += bytes;
      outbox.handed_over(pool, bytes.size(), 0, deliveries);
    }
    return all;
  }
  BufferPool pool;
  WayHistogram deliveries;
  Outbox outbox;
};

TEST_F(OutboxTest, CoalescesSmallFrames) {
  add("a");
  add("bc");
  EXPECT_EQ(outbox.frames(), 2U);
  EXPECT_EQ(outbox.bytes(), 7U);
  EXPECT_EQ(outbox.unsent(),
            "\x81\x01"
            "a\x81\x02"
            "bc");
  drain();
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(outbox.frames(), 0U);
  EXPECT_EQ(outbox.frames_handed_over(), 2U);
}

TEST_F(OutboxTest, WhatIsNotUsedAgainIsLetGo) {
  Outbox other;
  add("a");
  other.append(pool, wire::Opcode::text, "b", "", "", nullptr, 0);
  drain();
  other.handed_over(pool, other.unsent().size(), 0, deliveries);
  const std::size_t both = pool.free_bytes();
  pool.trim();  // used until now
  EXPECT_EQ(pool.free_bytes(), both);
  add("a");
  drain();
  pool.trim();
  EXPECT_EQ(pool.free_bytes(), both / 2);
  pool.trim();
  EXPECT_EQ(pool.free_bytes(), 0U);
}

TEST_F(OutboxTest, SharesLargeTails) {
  const auto tail = std::make_shared<const std::string>(10'000, 'x');
  add_shared("head", tail);
  add_shared("head", tail);
  EXPECT_EQ(tail.use_count(), 3);
  EXPECT_LT(outbox.copied_bytes(), 100U);
  const std::string all = drain();
  EXPECT_EQ(all.size(), 2 * (4 + 4 + 10'000U));
  EXPECT_EQ(tail.use_count(), 1);
}

TEST_F(OutboxTest, ReceiptsComeWhenAllBeforeThemIsWritten) {
  add("first", 7);
  add("second", 8);
  std::vector<ReceiptId> reached;
  outbox.handed_over(pool, 7, 0, deliveries);
  outbox.written(reached);
  EXPECT_EQ(reached, std::vector<ReceiptId>{7});
  outbox.handed_over(pool, 3, 0, deliveries);
  outbox.written(reached);
  EXPECT_EQ(reached.size(), 1U);
  drain();
  outbox.written(reached);
  EXPECT_EQ(reached, (std::vector<ReceiptId>{7, 8}));
}

TEST_F(OutboxTest, DiscardKeepsTheFrameInTransit) {
  add("first", 1);
  add("second", 2);
  add("third", 3);
  outbox.handed_over(pool, 9, 0, deliveries);  // the first and two bytes of the second
  std::vector<ReceiptId> lost;
  EXPECT_EQ(outbox.discard(pool, lost), 1U);
  EXPECT_EQ(lost, (std::vector<ReceiptId>{1, 2, 3}));
  EXPECT_EQ(outbox.frames(), 1U);
  add("last");
  EXPECT_EQ(drain(), "second\x81\x04last");
}

TEST_F(OutboxTest, DiscardAcrossASharedTail) {
  const auto tail = std::make_shared<const std::string>(5'000, 'x');
  add_shared("head", tail);
  add("gone");
  outbox.handed_over(pool, 8, 0, deliveries);
  outbox.handed_over(pool, 1'000, 0, deliveries);
  std::vector<ReceiptId> lost;
  EXPECT_EQ(outbox.discard(pool, lost), 1U);
  EXPECT_EQ(drain(), std::string(4'000, 'x'));
  EXPECT_TRUE(outbox.empty());
}

TEST_F(OutboxTest, AQueueThatNeverRunsEmptyDoesNotGrow) {
  const auto tail = std::make_shared<const std::string>(4'096, 'x');
  add_shared("h", tail);
  for (int i = 0; i < 20'000; ++i) {
    add_shared("h", tail);
    for (std::size_t left = 4 + 1 + 4'096; left > 0;) {
      const std::size_t n = std::min(left, outbox.unsent().size());
      outbox.handed_over(pool, n, 0, deliveries);
      left -= n;
    }
  }
  EXPECT_EQ(outbox.frames(), 1U);
  EXPECT_EQ(tail.use_count(), 2);
}

}  // namespace
}  // namespace signal_hub::core
