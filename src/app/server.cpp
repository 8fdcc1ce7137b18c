#include "app/server.hpp"

#include <csignal>
#include <utility>
#include <vector>

#include "app/event_log.hpp"
#include "app/http_api.hpp"

namespace signal_hub::app {
namespace {

// Clients are asked to come back spread over this time, so that they do not come as a herd.
constexpr Millis reconnect_spread{10'000};
// Of the drain timeout, what is kept for the last batch.
constexpr Millis saving_time{1'000};
constexpr std::size_t library_lines_per_second = 5;

Level level_named(std::string_view name) {
  if (name == "debug") return Level::debug;
  if (name == "warn") return Level::warn;
  if (name == "error") return Level::error;
  return Level::info;
}

}  // namespace

Server::Server(Parts parts, Settings& settings)
    : parts_(std::move(parts)),
      settings_(settings),
      checkpoints_(parts_.hub, parts_.store, parts_.logger, settings.server),
      started_(parts_.clock.now().wall) {}

void Server::start(Transport& transport) {
  transport_ = &transport;
  turn_ = std::make_unique<Turn>(parts_.hub, transport, checkpoints_, parts_.timer, parts_.logger,
                                 parts_.clock);
}

core::Admission Server::admit(std::string_view ip) {
  return parts_.hub.admit(ip, parts_.clock.now());
}

void Server::abandoned(std::string_view ip) { parts_.hub.abandoned(ip); }

ConnId Server::opened(std::string_view ip) {
  turn_->begin();
  return parts_.hub.opened(ip, parts_.clock.now());
}

std::size_t Server::frame_limit(ConnId conn) { return parts_.hub.frame_limit(conn); }

void Server::reassembling(ConnId conn, std::size_t bytes) {
  parts_.hub.reassembling(conn, bytes, parts_.clock.now());
}

void Server::frame(ConnId conn, std::string_view bytes) {
  turn_->begin();
  parts_.hub.frame(conn, bytes, parts_.clock.now());
}

void Server::oversized(ConnId conn, std::size_t size) {
  turn_->begin();
  parts_.hub.oversized(conn, size, parts_.clock.now());
}

void Server::still_oversized(ConnId conn, std::size_t size) {
  turn_->begin();
  parts_.hub.still_oversized(conn, size, parts_.clock.now());
}

void Server::alive(ConnId conn) { parts_.hub.alive(conn, parts_.clock.now()); }

void Server::closed(ConnId conn, bool clean) {
  turn_->begin();
  turn_->closed(conn);
  parts_.hub.closed(conn, clean, parts_.clock.now());
}

void Server::writable(ConnId conn) {
  turn_->begin();
  turn_->writable(conn);
}

HttpResponse Server::http(const HttpRequest& request) {
  const Now now = parts_.clock.now();
  const core::Stats stats = parts_.hub.stats(now.mono);
  return serve_http(request, {stats, settings_.hub, parts_.store.figures(), checkpoints_.failure(),
                              turn_->durations(), turn_->backed_up(), parts_.read_process, now});
}

void Server::library_log(std::string_view line) {
  const MonoTime now = parts_.clock.now().mono;
  if (now - library_second_ >= 1'000ms) {
    library_second_ = now;
    library_lines_ = 0;
  }
  if (++library_lines_ > library_lines_per_second) return;
  log(core::LogEvent::transport_log, {{"line", std::string(line)}});
}

void Server::timer() {
  turn_->begin();
  parts_.hub.tick(parts_.clock.now());
}

void Server::end_of_turn() {
  turn_->end();
  if (draining_) check_drained();
}

void Server::signal(int number) {
  switch (number) {
    case SIGTERM: return drain("SIGTERM");
    case SIGINT: return drain("SIGINT");
    case SIGHUP: static_cast<void>(reload()); return;
    default: return parts_.logger.flush();  // SIGUSR1: stdout is all there is to reopen
  }
}

void Server::drain(std::string_view trigger) {
  const Now now = parts_.clock.now();
  if (std::exchange(draining_, true)) {
    log(core::LogEvent::stop_forced, {{"trigger", std::string(trigger)}});
    return finish(exit_failed, "second_signal");
  }
  log(core::LogEvent::draining,
      {{"trigger", std::string(trigger)},
       {"connections", static_cast<std::int64_t>(parts_.hub.connections())}});
  const Millis time = settings_.server.drain_timeout;
  drain_by_ = now.mono + time;
  save_by_ = drain_by_ - std::min(saving_time, time / 4);
  turn_->also_wake(save_by_);
  transport_->stop_listening();
  parts_.hub.drain(reconnect_spread, now);
}

void Server::check_drained() {
  if (finished_) return;
  const MonoTime now = parts_.clock.now().mono;
  const bool empty = parts_.hub.connections() == 0;
  if (empty || now >= save_by_) {
    if (!std::exchange(saving_, true)) {
      if (!empty) log(core::LogEvent::stop_forced, {{"trigger", std::string("drain_timeout")}});
      checkpoints_.finish();
      turn_->also_wake(drain_by_);
      return;
    }
    if (checkpoints_.finished()) return finish(exit_ok, empty ? "drained" : "drain_timeout");
  }
  if (now < drain_by_) return;
  log(core::LogEvent::stopped_unsaved,
      {{"count", static_cast<std::int64_t>(checkpoints_.unsaved())}});
  finish(exit_unsaved, "drain_timeout");
}

void Server::finish(int code, std::string_view reason) {
  if (std::exchange(finished_, true)) return;
  exit_code_ = code;
  const auto uptime = parts_.clock.now().wall - started_;
  log(core::LogEvent::stopped, {{"reason", std::string(reason)},
                                {"exitCode", std::int64_t{code}},
                                {"duration", uptime.count()}});
  parts_.logger.flush();
  parts_.stop_loop();
}

Result<std::vector<std::string>, std::string> Server::reload() {
  auto fresh = parts_.reload();
  if (!fresh) {
    log(core::LogEvent::reload_failed, {{"reason", fresh.error()}});
    return fail(fresh.error());
  }
  settings_ = std::move(fresh->settings);
  parts_.hub.reconfigure(settings_.hub);
  parts_.logger.set_level(level_named(settings_.server.log_level));
  std::string names;
  for (const std::string& name : fresh->frozen) names += (names.empty() ? "" : ", ") + name;
  log(core::LogEvent::reloaded, {{"needsRestart", names}});
  return std::move(fresh->frozen);
}

void Server::log(core::LogEvent event, std::vector<core::Event::Field> fields) {
  log_event(parts_.logger, {event, std::move(fields)}, parts_.clock.now().wall);
  parts_.logger.flush();
}

}  // namespace signal_hub::app
