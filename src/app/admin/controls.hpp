// What the administration API asks of the server.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "app/log.hpp"
#include "app/process.hpp"
#include "app/store.hpp"
#include "base/histogram.hpp"
#include "base/result.hpp"
#include "base/settings.hpp"
#include "core/effects.hpp"
#include "core/stats.hpp"

namespace signal_hub::app::admin {

/// The hub as a whole; the references are valid for the call.
struct Figures {
  core::Stats stats;
  const StoreFigures& store;
  const std::string& store_error;
  const DurationHistogram& turns;
  std::size_t backed_up;
  ProcessFigures process;
};

class Controls {
 public:
  virtual ~Controls() = default;
  virtual Figures figures() = 0;
  virtual const Settings& settings() const = 0;
  /// The connection's socket takes no bytes now.
  virtual bool backed_up(ConnId conn) const = 0;
  /// As on SIGTERM; a second call changes nothing.
  virtual void begin_drain() = 0;
  /// As on SIGHUP: the options that wait for a restart. Errors: a sentence.
  virtual Result<std::vector<std::string>> reload_settings() = 0;
  virtual void set_log_level(std::string_view level) = 0;
  virtual void log(core::LogEvent event, std::vector<core::Event::Field> fields) = 0;
};

}  // namespace signal_hub::app::admin
