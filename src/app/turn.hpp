// A turn's end: what the callbacks decided is carried out (DESIGN.md, "A turn").
//
// Journal to the store, coalesced frames to the sockets, closes, events to the log, timer re-armed.
// Runs after the loop's I/O phase and after its timers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/checkpoints.hpp"
#include "app/log.hpp"
#include "app/ports.hpp"
#include "base/histogram.hpp"
#include "core/hub.hpp"

namespace signal_hub::app {

class Turn final {
 public:
  Turn(core::Hub& hub, Transport& transport, Checkpoints& checkpoints, Timer& timer, Logger& logger,
       const Clock& clock);

  /// Something happens: the turn's clock runs from its first event.
  void begin() {
    if (started_us_ == 0) started_us_ = stamp_us_ = clock_.stopwatch_us();
  }

  /// This moment, measured as of the last lap. REQUIRES: begin().
  Now now() const {
    Now now = clock_.now();
    now.stopwatch_us = stamp_us_;
    return now;
  }

  /// What was done since begin() or the last lap was `what`, a text that lives on.
  void lap(std::string_view what) {
    const std::uint64_t us = clock_.stopwatch_us();
    if (us - stamp_us_ > longest_.us) longest_ = {what, us - stamp_us_};
    stamp_us_ = us;
  }

  void end();

  /// A turn of at least that long is logged; 0: none is.
  void slow_from(Millis limit) { slow_ = limit; }

  /// How long the last end() found the turn to have worked; 0: nothing had happened.
  std::uint64_t last_us() const { return last_us_; }

  /// Wakes the loop at `deadline`, for whoever watches it.
  void watch_at(MonoTime deadline) { watch_ = deadline; }

  /// Wakes the loop at `deadline` besides what the hub needs; `never`: nothing besides.
  void also_wake(MonoTime deadline) { also_ = deadline; }

  /// A connection that backed up takes bytes again.
  void writable(ConnId conn);

  /// The connection is gone; what was kept for it is forgotten.
  void closed(ConnId conn);

  const DurationHistogram& durations() const { return durations_; }

  bool is_backed_up(ConnId conn) const;

  /// Connections that are backed up now.
  std::size_t backed_up() const { return backed_up_; }

 private:
  struct Line {
    std::uint32_t generation = 0;
    bool backed_up = false;
    bool closing = false;
    std::uint16_t code = 0;
    std::string reason;
  };

  void flush_dirty(Now now);
  void flush(ConnId conn, Now now);
  void carry_out(const core::Command& command, Now now);
  void close_if_drained(ConnId conn, Line& line);
  void log_events(Now now);
  void rearm(Now now);
  void measure(Now now);
  Line& line(ConnId conn);

  core::Hub& hub_;
  Transport& transport_;
  Checkpoints& checkpoints_;
  Timer& timer_;
  Logger& logger_;
  const Clock& clock_;
  DurationHistogram durations_;
  std::vector<Line> lines_;  // by slot
  std::size_t backed_up_ = 0;
  std::vector<ConnId> dirty_;            // scratch
  std::vector<core::Command> commands_;  // scratch
  std::vector<core::Event> events_;      // scratch
  MonoTime armed_ = never;
  MonoTime also_ = never;
  MonoTime watch_ = never;
  struct Work {
    std::string_view what;
    std::uint64_t us = 0;
  };
  Work longest_;  // of this turn
  Millis slow_{50};
  std::uint64_t stamp_us_ = 0;  // begin() or the last lap
  std::uint64_t last_us_ = 0;
  std::uint64_t started_us_ = 0;  // 0: nothing has happened since the last end
  std::optional<MonoTime> slow_told_;
};

}  // namespace signal_hub::app
