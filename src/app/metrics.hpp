// Metrics in Prometheus text format (exposition format 0.0.4).
//
// Labels are bounded: types, reasons and codes come from the code's tables.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/health.hpp"
#include "app/process.hpp"
#include "app/store.hpp"
#include "base/histogram.hpp"
#include "core/stats.hpp"

namespace signal_hub::app {

struct MetricInfo {
  std::string_view name;  // without the prefix signalhub_
  std::string_view type;  // counter, gauge or histogram
  std::string_view help;
};

/// Every metric the hub exports, in order; the man page's list.
std::span<const MetricInfo> metric_table();

struct MetricsInput {
  const core::Stats& stats;
  const StoreFigures& store;
  const DurationHistogram& turns;
  std::size_t backed_up;
  const ProcessFigures& process;
  const Health& health;
  std::uint64_t log_lines_dropped;
};

std::string render_metrics(const MetricsInput& input);

}  // namespace signal_hub::app
