// HTTP: /health, /ready, /live, /metrics (PROTOCOL.md §10).
#pragma once

#include <cstdint>
#include <string>

#include "app/health.hpp"
#include "app/ports.hpp"
#include "app/process.hpp"
#include "app/store.hpp"
#include "base/histogram.hpp"
#include "base/settings.hpp"
#include "core/stats.hpp"

namespace signal_hub::app {

struct HttpInput {
  const core::Stats& stats;
  const HubSettings& settings;
  const StoreFigures& store;
  const std::string& store_error;  // why it fails, while it does
  const DurationHistogram& turns;
  std::size_t backed_up;
  const ProcessFigures& process;
  const Health& health;  // judged now
  std::uint64_t log_lines_dropped;
  Now now;
};

/// Every path has an answer: unknown ones 404, other methods than GET and HEAD 405.
HttpResponse serve_http(const HttpRequest& request, const HttpInput& input);

}  // namespace signal_hub::app
