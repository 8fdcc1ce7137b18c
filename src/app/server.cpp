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

/// What a reload found different that only a restart can change.
std::string frozen_changes(const Settings& a, const Settings& b) {
  std::string names;
  const auto note = [&names](bool changed, std::string_view name) {
    if (!changed) return;
    if (!names.empty()) names += ", ";
    names += name;
  };
  note(a.server.listen != b.server.listen, "listen");
  note(a.server.db != b.server.db, "db");
  note(a.hub.hub_address != b.hub.hub_address, "hub-address");
  note(a.hub.auth != b.hub.auth, "authentication on or off");
  note(a.server.jwt_secret_file != b.server.jwt_secret_file, "jwt-secret-file");
  note(a.server.jwt_public_key != b.server.jwt_public_key, "jwt-public-key");
  note(a.server.tls_cert != b.server.tls_cert || a.server.tls_key != b.server.tls_key, "tls");
  note(a.server.durability != b.server.durability, "durability");
  note(a.server.wal_limit != b.server.wal_limit, "wal-limit");
  note(a.server.trusted_proxy != b.server.trusted_proxy, "trusted-proxy");
  note(a.server.log_format != b.server.log_format, "log-format");
  return names;
}

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
    case SIGHUP: return reload();
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

void Server::reload() {
  auto fresh = parts_.reload();
  if (!fresh) return log(core::LogEvent::reload_failed, {{"reason", fresh.error()}});
  const std::string frozen = frozen_changes(settings_, *fresh);
  // What a restart alone can change stays as it is.
  fresh->hub.hub_address = settings_.hub.hub_address;
  fresh->hub.auth = settings_.hub.auth;
  fresh->hub.persistent = settings_.hub.persistent;
  settings_.hub = fresh->hub;
  settings_.server.allow_origin = fresh->server.allow_origin;
  settings_.server.checkpoint_interval = fresh->server.checkpoint_interval;
  settings_.server.checkpoint_batch = fresh->server.checkpoint_batch;
  settings_.server.drain_timeout = fresh->server.drain_timeout;
  settings_.server.log_level = fresh->server.log_level;
  parts_.hub.reconfigure(settings_.hub);
  parts_.logger.set_level(level_named(settings_.server.log_level));
  log(core::LogEvent::reloaded, {{"needsRestart", frozen}});
}

void Server::log(core::LogEvent event, std::vector<core::Event::Field> fields) {
  log_event(parts_.logger, {event, std::move(fields)}, parts_.clock.now().wall);
  parts_.logger.flush();
}

}  // namespace signal_hub::app
