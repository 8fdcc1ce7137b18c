#include "app/server.hpp"

#include <algorithm>
#include <csignal>
#include <utility>
#include <vector>

#include "app/admin/routes.hpp"
#include "app/dashboard.hpp"
#include "app/event_log.hpp"
#include "app/http_api.hpp"

namespace signal_hub::app {
namespace {

// Clients are asked to come back spread over this time, so that they do not come as a herd.
constexpr Millis reconnect_spread{10'000};
// Of the drain timeout, what is kept for the last batch.
constexpr Millis saving_time{1'000};
constexpr std::size_t library_lines_per_second = 5;
constexpr Millis watch_interval{1'000};

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
      started_(parts_.clock.now().wall),
      health_(started_) {}

void Server::start(Transport& transport) {
  transport_ = &transport;
  turn_ = std::make_unique<Turn>(parts_.hub, transport, checkpoints_, parts_.timer, parts_.logger,
                                 parts_.clock);
  turn_->slow_from(settings_.server.slow_turn);
  apply_log_level();
  watch_due_ = parts_.clock.now().mono + watch_interval;
  turn_->watch_at(watch_due_);
}

void Server::serve_admin(HttpAnswers& answers, Archive& archive, const EventRing& events,
                         std::string token) {
  admin_ =
      std::make_unique<admin::Api>(admin::Api::Parts{parts_.hub, *this, archive, events, answers});
  admin_->set_token(std::move(token));
}

void Server::set_admin_token(std::string token) {
  if (admin_) admin_->set_token(std::move(token));
}

core::Admission Server::admit(std::string_view ip) {
  return parts_.hub.admit(ip, parts_.clock.now());
}

void Server::abandoned(std::string_view ip) { parts_.hub.abandoned(ip); }

void Server::refused(core::RefusalReason reason) { parts_.hub.refused(reason, parts_.clock.now()); }

ConnId Server::opened(std::string_view ip) {
  turn_->begin();
  return parts_.hub.opened(ip, turn_->now());
}

std::size_t Server::frame_limit(ConnId conn) { return parts_.hub.frame_limit(conn); }

void Server::reassembling(ConnId conn, std::size_t bytes) {
  turn_->begin();
  parts_.hub.reassembling(conn, bytes, turn_->now());
}

void Server::frame(ConnId conn, std::string_view bytes) {
  turn_->begin();
  parts_.hub.frame(conn, bytes, turn_->now());
  const std::string_view type = parts_.hub.last_request();
  turn_->lap(type.empty() ? "frame" : type);
}

void Server::oversized(ConnId conn, std::size_t size) {
  turn_->begin();
  parts_.hub.oversized(conn, size, turn_->now());
}

void Server::still_oversized(ConnId conn, std::size_t size) {
  turn_->begin();
  parts_.hub.still_oversized(conn, size, turn_->now());
}

void Server::alive(ConnId conn) {
  turn_->begin();
  parts_.hub.alive(conn, turn_->now());
}

void Server::closed(ConnId conn, bool clean) {
  turn_->begin();
  turn_->closed(conn);
  parts_.hub.closed(conn, clean, turn_->now());
}

void Server::writable(ConnId conn) {
  turn_->begin();
  turn_->writable(conn);
}

std::size_t Server::body_limit(const HttpRequest& request) {
  return admin_ && admin::is_api_path(request.path) ? admin_->body_limit(request) : 0;
}

std::optional<HttpResponse> Server::http(HttpId id, const HttpRequest& request) {
  turn_->begin();
  const Now now = turn_->now();
  if (admin_ && admin::is_api_path(request.path)) {
    auto answer = admin_->http(id, request, now);
    turn_->lap("administration");
    return answer;
  }
  if (is_dashboard_path(request.path)) return serve_dashboard(request);
  const core::Stats stats = parts_.hub.stats(now.mono);
  judge(stats, now);
  auto response =
      serve_http(request, {stats, settings_.hub, parts_.store.figures(), checkpoints_.failure(),
                           turn_->durations(), turn_->backed_up(), process_, health_,
                           parts_.logger.dropped(), now});
  turn_->lap("http");
  return response;
}

void Server::http_gone(HttpId id) {
  if (admin_) admin_->http_gone(id);
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
  parts_.hub.tick(turn_->now());
  turn_->lap("timers and fan-outs");
}

void Server::end_of_turn() {
  const Now now = parts_.clock.now();
  watch(now);  // first: the turn arms the timer for the next time
  if (admin_) {
    admin_->run(now);
    turn_->also_wake(std::min(drain_wake_, admin_->next_deadline()));
  }
  turn_->end();
  if (admin_) admin_->answer();
  health_.worked(turn_->last_us());
  if (draining_) check_drained();
}

void Server::signal(int number) {
  switch (number) {
    case SIGTERM: return drain("SIGTERM");
    case SIGINT: return drain("SIGINT");
    case SIGHUP: static_cast<void>(reload()); return;
    case SIGUSR2: return parts_.hub.report(parts_.clock.now());
    default: return parts_.logger.flush();  // SIGUSR1: stdout is all there is to reopen
  }
}

admin::Figures Server::figures() {
  return {parts_.hub.stats(parts_.clock.now().mono),
          parts_.store.figures(),
          checkpoints_.failure(),
          turn_->durations(),
          turn_->backed_up(),
          process_};
}

void Server::begin_drain() {
  if (!draining_) drain("admin");
}

void Server::set_log_level(std::string_view level) {
  settings_.server.log_level = level;
  apply_log_level();
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
  wake_for_drain(save_by_);
  turn_->watch_at(never);
  transport_->stop_listening();
  parts_.hub.drain(reconnect_spread, now);
}

void Server::wake_for_drain(MonoTime at) {
  drain_wake_ = at;
  turn_->also_wake(at);
}

void Server::watch(Now now) {
  if (now.mono < watch_due_ || draining_) return;
  const core::Stats stats = parts_.hub.stats(now.mono);
  // Seconds that were slept through have passed all the same.
  const Millis late = now.mono - watch_due_;
  const auto missed =
      std::min<std::int64_t>(late / watch_interval, HealthWindow::dead_minutes * 60);
  for (std::int64_t i = 0; i < missed; ++i) health_.second(stats, 0ms);
  health_.second(stats, late);
  judge(stats, now);
  watch_due_ = now.mono + watch_interval;
  turn_->watch_at(watch_due_);
}

void Server::judge(const core::Stats& stats, Now now) {
  process_ = parts_.read_process();
  const auto changes = health_.judge(
      {stats, parts_.store.figures(), process_, settings_, checkpoints_.damaged()}, now);
  for (const core::Event& event : changes) log_event(parts_.logger, event, now.wall);
}

/// Traces are debug lines: nobody makes them when nobody keeps them.
void Server::apply_log_level() {
  const Level level = level_named(settings_.server.log_level);
  parts_.logger.set_level(level);
  parts_.hub.trace(level == Level::debug ? settings_.server.trace_sample : 0);
}

void Server::check_drained() {
  if (finished_) return;
  const MonoTime now = parts_.clock.now().mono;
  const bool empty = parts_.hub.connections() == 0;
  if (empty || now >= save_by_) {
    if (!std::exchange(saving_, true)) {
      if (!empty) log(core::LogEvent::stop_forced, {{"trigger", std::string("drain_timeout")}});
      checkpoints_.finish();
      wake_for_drain(drain_by_);
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
  turn_->slow_from(settings_.server.slow_turn);
  apply_log_level();
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
