// Small values of base: ids, rng, buffer, slot map, results, errors.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <string>
#include <utility>

#include "base/byte_buffer.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/rng.hpp"
#include "base/slot_map.hpp"

namespace signal_hub {
namespace {

TEST(Rng, SameSeedSameSequence) {
  Rng a(7);
  Rng b(7);
  Rng c(8);
  for (int i = 0; i < 100; ++i) {
    const auto value = a.next();
    EXPECT_EQ(value, b.next());
    EXPECT_NE(value, c.next());
  }
}

TEST(Rng, BelowStaysBelowAndReachesEverything) {
  Rng rng(0);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(rng.below(5));
  EXPECT_EQ(seen, (std::set<std::uint64_t>{0, 1, 2, 3, 4}));
}

TEST(Uuid, HasVersionAndVariantAndIsUnique) {
  Rng rng(1);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = Uuid::make(rng).str();
    ASSERT_EQ(text.size(), 36U);
    EXPECT_EQ(text[14], '4');
    EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos);
    for (const std::size_t dash : {8, 13, 18, 23}) EXPECT_EQ(text[dash], '-');
    EXPECT_TRUE(seen.insert(text).second);
  }
}

using Id = SlotId<struct TestTag>;

TEST(Uuid, WritesEveryDigitOfItsBits) {
  Rng rng(3);
  Rng same(3);
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t high = (same.next() & 0xffffffffffff0fffU) | 0x4000U;
    const std::uint64_t low = (same.next() & 0x3fffffffffffffffU) | 0x8000000000000000U;
    std::array<char, 37> text{};
    std::snprintf(text.data(), text.size(), "%08x-%04x-%04x-%04x-%012llx",
                  static_cast<unsigned>(high >> 32U), static_cast<unsigned>(high >> 16U) & 0xffffU,
                  static_cast<unsigned>(high) & 0xffffU, static_cast<unsigned>(low >> 48U),
                  static_cast<unsigned long long>(low & 0xffffffffffffU));
    ASSERT_EQ(Uuid::make(rng).view(), text.data());
  }
}

TEST(ByteBuffer, KeepsItsBytesWhileItGrows) {
  ByteBuffer buffer;
  std::string expected;
  for (std::size_t n = 0; n < 200; ++n) {
    const std::string part(n, static_cast<char>('a' + n % 26));
    std::copy(part.begin(), part.end(), buffer.grow(n));
    expected += part;
  }
  EXPECT_EQ(buffer.view(), expected);
  ByteBuffer taken = std::move(buffer);
  EXPECT_EQ(taken.view(), expected);
  buffer = ByteBuffer("new");
  EXPECT_EQ(buffer.view(), "new");
  const std::size_t capacity = taken.capacity();
  taken.clear();
  EXPECT_EQ(taken.size(), 0U);
  EXPECT_EQ(taken.capacity(), capacity);
}

TEST(SlotMap, StaleIdsFindNothing) {
  SlotMap<std::string, Id> map;
  const Id first = map.insert("one");
  map.erase(first);
  const Id second = map.insert("two");
  EXPECT_EQ(second.slot, first.slot);
  EXPECT_EQ(map.find(first), nullptr);
  EXPECT_EQ(*map.find(second), "two");
  map.erase(first);
  EXPECT_EQ(map.size(), 1U);
  EXPECT_EQ(map.find(Id{}), nullptr);
}

TEST(SlotMap, ReferencesSurviveGrowth) {
  SlotMap<int, Id> map;
  int* kept = map.find(map.insert(42));
  for (int i = 0; i < 10'000; ++i) map.insert(i);
  EXPECT_EQ(*kept, 42);
}

TEST(Result, IsOneOfBoth) {
  const Result<int> good = 3;
  const Result<int> bad = fail(std::string("why"));
  EXPECT_TRUE(good);
  EXPECT_EQ(*good, 3);
  EXPECT_FALSE(bad);
  EXPECT_EQ(bad.error(), "why");
}

TEST(ErrorTable, RowsAreCompleteAndDistinct) {
  std::set<std::string_view> names;
  for (const ErrorInfo& row : error_table()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(row.meaning.ends_with('.')) << row.name;
    EXPECT_TRUE(row.resolution.ends_with('.')) << row.name;
    EXPECT_EQ(&info(row.code), &row);
  }
}

TEST(ErrorTable, LimitsNameFieldAndFigures) {
  const Error error = over_limit("payload.topics", 100, 101);
  EXPECT_EQ(error.code, ErrorCode::limit_exceeded);
  EXPECT_EQ(error.message, "payload.topics is 101, the limit is 100.");
  EXPECT_EQ(error.details, R"({"field":"payload.topics","limit":100,"value":101})");
}

}  // namespace
}  // namespace signal_hub
