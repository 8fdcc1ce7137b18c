// Histogram and metrics.
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

#include "app/metrics.hpp"
#include "base/histogram.hpp"

namespace signal_hub::app {
namespace {

TEST(Histogram, BoundsAreInclusiveAndCumulative) {
  DurationHistogram h;
  for (const std::uint64_t us : {0U, 50U, 51U, 100U, 2'000'000U}) h.observe(us);
  const auto sums = h.cumulative();
  EXPECT_EQ(sums[0], 2U);
  EXPECT_EQ(sums[1], 4U);
  EXPECT_EQ(sums[DurationHistogram::bounds_us.size() - 1], 4U);
  EXPECT_EQ(sums.back(), 5U);
  EXPECT_EQ(h.count(), 5U);
  EXPECT_EQ(h.sum_us(), 2'000'201U);
  EXPECT_EQ(h.longest_us(), 2'000'000U);
}

TEST(Metrics, EveryMetricOfTheTableIsExportedOnce) {
  const core::Stats stats;
  const DurationHistogram turns;
  const Health health{WallTime{}};
  const std::string page =
      render_metrics({stats, StoreFigures{}, turns, 0, ProcessFigures{}, health, 0});
  std::set<std::string> typed;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# TYPE ")) continue;
    const std::string name = line.substr(7, line.rfind(' ') - 7);
    EXPECT_TRUE(typed.insert(name).second) << name;
  }
  EXPECT_EQ(typed.size(), metric_table().size());
  for (const MetricInfo& row : metric_table()) {
    EXPECT_TRUE(typed.contains("signalhub_" + std::string(row.name))) << row.name;
    EXPECT_EQ(row.type == "counter", row.name.ends_with("_total")) << row.name;
  }
}

TEST(Metrics, EveryReasonAndCodeHasASeries) {
  const core::Stats stats;
  const DurationHistogram turns;
  const Health health{WallTime{}};
  const std::string page =
      render_metrics({stats, StoreFigures{}, turns, 0, ProcessFigures{}, health, 0});
  for (const ErrorInfo& row : error_table()) {
    EXPECT_NE(page.find("errors_total{code=\"" + std::string(row.name) + "\"} 0"),
              std::string::npos);
  }
  for (std::size_t i = 0; i < stats.dropped.size(); ++i) {
    const std::string_view reason = name(static_cast<core::DropReason>(i));
    EXPECT_FALSE(reason.empty());
    EXPECT_NE(page.find("dropped_total{reason=\"" + std::string(reason) + "\"} 0"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace signal_hub::app
