#include "histogram.hpp"

#include <gtest/gtest.h>
#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace hub_bench {
namespace {

TEST(Histogram, SmallValuesAreExact) {
  Histogram histogram;
  for (int value = 1; value <= 60; ++value) histogram.record(value);
  EXPECT_EQ(histogram.quantile(0.5), 30U);
  EXPECT_EQ(histogram.quantile(0.9), 54U);
  EXPECT_EQ(histogram.quantile(1), 60U);
}

TEST(Histogram, EveryQuantileOfAnyRangeIsRightToASixtyFourth) {
  std::mt19937_64 random(7);  // NOLINT: the same values in every run
  Histogram histogram;
  std::vector<std::uint64_t> values;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(random() >> (1 + random() % 62));
    histogram.record(static_cast<std::int64_t>(values.back()));
  }
  std::sort(values.begin(), values.end());
  for (const double share : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(share * 20'000));
    const std::uint64_t exact = values[rank - 1];
    EXPECT_GE(histogram.quantile(share), exact);
    EXPECT_LE(histogram.quantile(share), exact + exact / 64 + 1) << share;
  }
}

TEST(Histogram, NeverExceedsTheLargestValue) {
  Histogram histogram;
  histogram.record(1'000'001);
  EXPECT_EQ(histogram.quantile(0.5), 1'000'001U);
  EXPECT_EQ(histogram.max(), 1'000'001U);
}

TEST(Histogram, TheLargestValueThereIsFits) {
  Histogram histogram;
  histogram.record(INT64_MAX);
  EXPECT_EQ(histogram.quantile(0.5), static_cast<std::uint64_t>(INT64_MAX));
}

TEST(Histogram, AnEmptyOneSaysZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.quantile(0.99), 0U);
  EXPECT_EQ(histogram.count(), 0U);
}

}  // namespace
}  // namespace hub_bench
