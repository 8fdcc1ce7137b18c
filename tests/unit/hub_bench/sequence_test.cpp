#include "sequence.hpp"

#include <gtest/gtest.h>

namespace hub_bench {
namespace {

using enum Sequence::Verdict;

TEST(Sequence, InOrderNothingIsMissing) {
  Sequence sequence;
  for (std::uint64_t n = 0; n < 5; ++n) EXPECT_EQ(sequence.take(n, 5), next);
  EXPECT_EQ(sequence.missing(5), 0U);
}

TEST(Sequence, WhatWasOvertakenIsLateAndNotMissing) {
  Sequence sequence;
  EXPECT_EQ(sequence.take(2, 4), ahead);
  EXPECT_EQ(sequence.missing(4), 3U);
  EXPECT_EQ(sequence.take(0, 4), late);
  EXPECT_EQ(sequence.take(1, 4), late);
  EXPECT_EQ(sequence.take(3, 4), next);
  EXPECT_EQ(sequence.missing(4), 0U);
}

TEST(Sequence, TwiceIsDoubledAlsoWhenItWasLate) {
  Sequence sequence;
  EXPECT_EQ(sequence.take(0, 3), next);
  EXPECT_EQ(sequence.take(0, 3), doubled);
  EXPECT_EQ(sequence.take(2, 3), ahead);
  EXPECT_EQ(sequence.take(1, 3), late);
  EXPECT_EQ(sequence.take(1, 3), doubled);
  EXPECT_EQ(sequence.take(2, 3), doubled);
  EXPECT_EQ(sequence.missing(3), 0U);
}

TEST(Sequence, WhatWasNeverSentIsForeignAndChangesNothing) {
  Sequence sequence;
  EXPECT_EQ(sequence.take(3, 3), foreign);
  EXPECT_EQ(sequence.take(UINT64_MAX, 3), foreign);
  EXPECT_EQ(sequence.take(0, 3), next);
  EXPECT_EQ(sequence.missing(3), 2U);
}

}  // namespace
}  // namespace hub_bench
