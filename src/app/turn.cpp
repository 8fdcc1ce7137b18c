#include "app/turn.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "app/event_log.hpp"

namespace signal_hub::app {
namespace {

// A slow turn delays everybody; told at most once a second.
constexpr Millis slow_turn_interval{1'000};

}  // namespace

Turn::Turn(core::Hub& hub, Transport& transport, Checkpoints& checkpoints, Timer& timer,
           Logger& logger, const Clock& clock)
    : hub_(hub),
      transport_(transport),
      checkpoints_(checkpoints),
      timer_(timer),
      logger_(logger),
      clock_(clock) {}

void Turn::end() {
  Now now = clock_.now();
  now.stopwatch_us = clock_.stopwatch_us();
  const bool measured = started_us_ != 0;
  if (measured) lap("reading");
  checkpoints_.run(now);
  if (measured) lap("journal");
  flush_dirty(now);
  if (measured) lap("writing");
  hub_.take_commands(commands_);
  for (const core::Command& command : commands_) carry_out(command, now);
  log_events(now);
  rearm(now);
  measure(now);
}

void Turn::flush_dirty(Now now) {
  // Writing makes receipts, which make other connections dirty; receipts make none themselves.
  for (hub_.take_dirty(dirty_); !dirty_.empty(); hub_.take_dirty(dirty_)) {
    for (const ConnId conn : dirty_) flush(conn, now);
  }
  transport_.all_written();
}

void Turn::flush(ConnId conn, Now now) {
  Line& at = line(conn);
  if (at.backed_up) return;
  bool wrote = false;
  now.stopwatch_us = clock_.stopwatch_us();
  for (auto next = hub_.unsent(conn); !next.empty(); next = hub_.unsent(conn)) {
    const std::size_t bytes = next.size();
    const WriteOutcome outcome = transport_.write(conn, next);
    if (outcome == WriteOutcome::failed) return;
    hub_.handed_over(conn, bytes, now);
    wrote = true;
    if (outcome == WriteOutcome::backed_up) {
      at.backed_up = true;
      ++backed_up_;
      return;
    }
  }
  if (wrote) hub_.written(conn, now);
}

void Turn::writable(ConnId conn) {
  Line& at = line(conn);
  if (std::exchange(at.backed_up, false)) --backed_up_;
  const Now now = this->now();
  hub_.written(conn, now);
  flush(conn, now);
  close_if_drained(conn, line(conn));
}

void Turn::closed(ConnId conn) {
  Line& at = line(conn);
  if (at.backed_up) --backed_up_;
  at = Line{};
}

bool Turn::is_backed_up(ConnId conn) const {
  if (conn.slot >= lines_.size()) return false;
  const Line& at = lines_[conn.slot];
  return at.generation == conn.generation && at.backed_up;
}

void Turn::carry_out(const core::Command& command, Now now) {
  std::visit(
      [this, now](const auto& c) {
        using Kind = std::decay_t<decltype(c)>;
        if constexpr (std::is_same_v<Kind, core::CloseCommand>) {
          Line& at = line(c.conn);
          at.closing = true;
          at.code = c.code;
          at.reason = c.reason;
          flush(c.conn, now);  // what a large fan-out still held back
          close_if_drained(c.conn, line(c.conn));
        } else if constexpr (std::is_same_v<Kind, core::CutCommand>) {
          transport_.cut(c.conn);
        } else {
          transport_.pause_reading(c.conn, c.paused);
        }
      },
      command);
}

void Turn::close_if_drained(ConnId conn, Line& at) {
  if (!at.closing || at.backed_up || !hub_.unsent(conn).empty()) return;
  at.closing = false;
  transport_.close(conn, at.code, at.reason);
}

void Turn::log_events(Now now) {
  hub_.take_events(events_);
  for (const core::Event& event : events_) log_event(logger_, event, now.wall);
  logger_.flush();  // without new lines too: what stdout did not take is offered again
}

void Turn::rearm(Now now) {
  const MonoTime next =
      std::min({hub_.next_deadline(), checkpoints_.next_deadline(), also_, watch_});
  if (next == armed_ && next > now.mono) return;
  armed_ = next;
  timer_.arm(next);
}

void Turn::measure(Now now) {
  last_us_ = 0;
  if (started_us_ == 0) return;
  const std::uint64_t us = clock_.stopwatch_us() - std::exchange(started_us_, 0);
  const Work longest = std::exchange(longest_, {});
  last_us_ = us;
  durations_.observe(us);
  const auto limit_us = static_cast<std::uint64_t>(slow_.count()) * 1'000;
  if (limit_us == 0 || us < limit_us) return;
  if (slow_told_ && now.mono - *slow_told_ < slow_turn_interval) return;
  slow_told_ = now.mono;
  log_event(logger_,
            {core::LogEvent::slow_turn,
             {{"durationUs", static_cast<std::int64_t>(us)},
              {"longest", std::string(longest.what)},
              {"longestUs", static_cast<std::int64_t>(longest.us)}}},
            now.wall);
}

Turn::Line& Turn::line(ConnId conn) {
  if (conn.slot >= lines_.size()) lines_.resize(conn.slot + 1);
  Line& at = lines_[conn.slot];
  if (at.generation != conn.generation) {
    if (at.backed_up) --backed_up_;
    at = Line{};
    at.generation = conn.generation;
  }
  return at;
}

}  // namespace signal_hub::app
