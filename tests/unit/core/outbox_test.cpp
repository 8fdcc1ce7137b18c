#include "core/outbox.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/limits.hpp"

namespace signal_hub::core {
namespace {

using wire::Opcode;

struct OutboxTest : testing::Test {
  void add(const std::string& text, ReceiptId receipt = 0) {
    outbox.append(pool, Opcode::text, {.head = text, .receipt = receipt});
  }
  void add_shared(const std::string& head, const SharedBytes& tail) {
    outbox.append(pool, Opcode::text, {.head = head, .shared = &tail});
  }
  std::string drain() {
    std::string all;
    for (auto next = outbox.unsent(pool); !next.empty(); next = outbox.unsent(pool)) {
      next.append_to(all);
      outbox.handed_over(pool, next.size(), 0, deliveries);
    }
    return all;
  }
  SharedBytes shared(std::size_t size) { return {std::string(size, 'x'), held}; }
  std::size_t held = 0;
  BufferPool pool;
  WayHistogram deliveries;
  Outbox outbox;
};

TEST_F(OutboxTest, CoalescesSmallFrames) {
  add("a");
  add("bc");
  EXPECT_EQ(outbox.frames(), 2U);
  EXPECT_EQ(outbox.bytes(), 7U);
  EXPECT_EQ(outbox.unsent(pool).bytes,
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
  other.append(pool, Opcode::text, {.head = "b"});
  drain();
  other.handed_over(pool, other.unsent(pool).size(), 0, deliveries);
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
  const auto tail = shared(10'000);
  add_shared("head", tail);
  add_shared("head", tail);
  EXPECT_EQ(tail.owners(), 3U);
  EXPECT_LT(outbox.copied_bytes(), 100U);
  const std::string all = drain();
  EXPECT_EQ(all.size(), 2 * (4 + 4 + 10'000U));
  EXPECT_EQ(tail.owners(), 1U);
}

TEST_F(OutboxTest, ReceiptsComeWhenAllBeforeThemIsWritten) {
  add("first", 7);
  add("second", 8);
  std::vector<ReceiptId> reached;
  outbox.handed_over(pool, 7, 0, deliveries);
  outbox.written(reached);
  EXPECT_EQ(reached, std::vector<ReceiptId>{7});
  drain();
  outbox.written(reached);
  EXPECT_EQ(reached, (std::vector<ReceiptId>{7, 8}));
}

TEST_F(OutboxTest, SmallSharedTailsLeaveInOneWriteWithWhatIsAroundThem) {
  const SharedBytes tail("tail", held);
  add_shared("a", tail);
  add("own");
  add_shared("b", tail);
  EXPECT_EQ(outbox.copied_bytes(), 3U + 5U + 3U);
  EXPECT_EQ(outbox.unsent(pool).bytes,
            "\x81\x05"
            "atail\x81\x03own\x81\x05"
            "btail");
  EXPECT_EQ(tail.owners(), 3U);
  drain();
  EXPECT_EQ(tail.owners(), 1U);
  EXPECT_TRUE(outbox.empty());
}

TEST_F(OutboxTest, AWriteGathersABoundedAmount) {
  const SharedBytes tail = shared(1'000);
  for (int i = 0; i < 500; ++i) add_shared("h", tail);
  const std::size_t first = outbox.unsent(pool).size();
  EXPECT_GE(first, limits::gathered_bytes);
  EXPECT_LT(first, limits::gathered_bytes + 1'010);
  EXPECT_EQ(drain().size(), 500U * (4 + 1 + 1'000));
  EXPECT_EQ(outbox.copied_bytes(), 0U);
}

TEST_F(OutboxTest, TheLastOwnerOfASharedTailGivesItBack) {
  {
    const SharedBytes tail = shared(100);
    add_shared("h", tail);
    EXPECT_EQ(held, 100U);
  }
  EXPECT_EQ(held, 100U);
  drain();
  EXPECT_EQ(held, 0U);
}

TEST_F(OutboxTest, AWriteEndsWithTheFrameOfALargeTail) {
  const SharedBytes large = shared(5'000), small = shared(10);
  add("own");
  add_shared("s", small);
  add_shared("l", large);
  add("behind");
  const Outgoing first = outbox.unsent(pool);
  EXPECT_EQ(first.bytes, "\x81\x03own\x81\x0bs" + *small + "\x81\x7e\x13\x89l");
  ASSERT_NE(first.tail, nullptr);
  EXPECT_EQ(*first.tail, large);
  outbox.handed_over(pool, first.size(), 0, deliveries);
  EXPECT_EQ(outbox.unsent(pool).bytes,
            "\x81\x06"
            "behind");
  EXPECT_EQ(outbox.frames_handed_over(), 3U);
  EXPECT_EQ(large.owners(), 1U);
}

TEST_F(OutboxTest, WritesAreWholeFrames) {
  const SharedBytes small = shared(300);
  for (int i = 0; i < 1'000; ++i) {
    add(std::string(static_cast<std::size_t>(i), 'o'));
    add_shared("s", small);
  }
  while (!outbox.empty()) {
    const std::size_t before = outbox.frames();
    std::string_view rest = outbox.unsent(pool).bytes;
    const std::size_t written = rest.size();
    std::size_t frames = 0;
    for (; !rest.empty(); ++frames) {
      std::size_t length = static_cast<unsigned char>(rest[1]), header = 2;
      if (length == 126) {
        length = std::size_t{static_cast<unsigned char>(rest[2])} * 256 +
                 static_cast<unsigned char>(rest[3]);
        header = 4;
      }
      ASSERT_LE(header + length, rest.size());
      rest.remove_prefix(header + length);
    }
    outbox.handed_over(pool, written, 0, deliveries);
    EXPECT_EQ(outbox.frames(), before - frames);
  }
}

TEST_F(OutboxTest, DiscardDropsAllThatWasNotHandedOver) {
  const SharedBytes tail = shared(5'000);
  add("first", 1);
  add("second", 2);
  add_shared("third", tail);
  outbox.handed_over(pool, 7, 0, deliveries);
  std::vector<ReceiptId> lost;
  EXPECT_EQ(outbox.discard(pool, lost), 2U);
  EXPECT_EQ(lost, (std::vector<ReceiptId>{1, 2}));
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(outbox.copied_bytes(), 0U);
  EXPECT_EQ(tail.owners(), 1U);
  add("last");
  EXPECT_EQ(drain(), "\x81\x04last");
}

TEST_F(OutboxTest, AQueueThatNeverRunsEmptyDoesNotGrow) {
  const SharedBytes tail = shared(4'096);
  add_shared("h", tail);
  for (int i = 0; i < 20'000; ++i) {
    add_shared("h", tail);
    outbox.handed_over(pool, 4 + 1 + 4'096, 0, deliveries);
  }
  EXPECT_EQ(outbox.frames(), 1U);
  EXPECT_EQ(outbox.copied_bytes(), 5U);
  EXPECT_EQ(tail.owners(), 2U);
}

}  // namespace
}  // namespace signal_hub::core
