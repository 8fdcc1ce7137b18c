// The server: what the transport and the loop tell goes to the hub, and the hub's life is steered:
// start, reload, drain, stop.
#pragma once

#include <functional>
#include <string>

#include "app/admin/api.hpp"
#include "app/admin/controls.hpp"
#include "app/checkpoints.hpp"
#include "app/health.hpp"
#include "app/log.hpp"
#include "app/ports.hpp"
#include "app/process.hpp"
#include "app/store.hpp"
#include "app/turn.hpp"
#include "base/settings.hpp"
#include "core/hub.hpp"

namespace signal_hub::app {

enum ExitCode : int {
  exit_ok = 0,
  exit_failed = 1,
  exit_usage = 2,
  exit_database = 3,  // it cannot be used; nothing was changed
  exit_unsaved = 4,   // the hub stopped with changes that are not on disk
};

class Server final : public TransportEvents, public LoopEvents, private admin::Controls {
 public:
  /// A configuration that was read again. Keys and certificates are in use already.
  struct Reloaded {
    Settings settings;                // frozen ones as they were
    std::vector<std::string> frozen;  // options whose new value needs a restart
  };
  /// Reads the configuration again; an error is a sentence, and nothing has changed.
  using Reload = std::function<Result<Reloaded, std::string>()>;
  using StopLoop = std::function<void()>;

  struct Parts {
    core::Hub& hub;
    Store& store;
    Timer& timer;
    const Clock& clock;
    Logger& logger;
    ReadProcess read_process;
    Reload reload;
    StopLoop stop_loop;
  };
  /// `settings` is owned by the caller, who sees changes made by a reload.
  Server(Parts parts, Settings& settings);

  /// The transport exists: events may come. REQUIRES: called once, before the loop runs.
  void start(Transport& transport);

  /// Applies the configuration as it is now, without ending a session; logs what came of it. The
  /// options that need a restart, or why nothing was changed.
  Result<std::vector<std::string>, std::string> reload();

  /// Serves the administration API from now on, over the network if `token` is not empty.
  /// REQUIRES: start() was called, once; all outlive this.
  void serve_admin(HttpAnswers& answers, Archive& archive, const EventRing& events,
                   std::string token);
  /// A reload has read another one.
  void set_admin_token(std::string token);

  int exit_code() const { return exit_code_; }

  // TransportEvents
  core::Admission admit(std::string_view ip) override;
  void abandoned(std::string_view ip) override;
  void refused(core::RefusalReason reason) override;
  ConnId opened(std::string_view ip) override;
  std::size_t frame_limit(ConnId conn) override;
  void reassembling(ConnId conn, std::size_t bytes) override;
  void frame(ConnId conn, std::string_view bytes) override;
  void oversized(ConnId conn, std::size_t size) override;
  void still_oversized(ConnId conn, std::size_t size) override;
  void alive(ConnId conn) override;
  void closed(ConnId conn, bool clean) override;
  void writable(ConnId conn) override;
  std::size_t body_limit(const HttpRequest& request) override;
  std::optional<HttpResponse> http(HttpId id, const HttpRequest& request) override;
  void http_gone(HttpId id) override;
  void library_log(std::string_view line) override;

  // LoopEvents
  void timer() override;
  void end_of_turn() override;
  void signal(int number) override;

 private:
  // admin::Controls
  admin::Figures figures() override;
  const Settings& settings() const override { return settings_; }
  bool backed_up(ConnId conn) const override { return turn_->is_backed_up(conn); }
  void begin_drain() override;
  Result<std::vector<std::string>> reload_settings() override { return reload(); }
  void set_log_level(std::string_view level) override;
  void log(core::LogEvent event, std::vector<core::Event::Field> fields) override;

  void apply_log_level();
  void watch(Now now);
  void judge(const core::Stats& stats, Now now);
  void drain(std::string_view trigger);
  void wake_for_drain(MonoTime at);
  void check_drained();
  void finish(int code, std::string_view reason);

  Parts parts_;
  Settings& settings_;
  Transport* transport_ = nullptr;
  Checkpoints checkpoints_;
  std::unique_ptr<Turn> turn_;
  std::unique_ptr<admin::Api> admin_;
  WallTime started_;
  Health health_;
  ProcessFigures process_;  // when health was judged last
  MonoTime watch_due_ = never;
  bool draining_ = false;
  bool saving_ = false;  // the last batch is on its way
  bool finished_ = false;
  MonoTime drain_by_ = never;
  MonoTime save_by_ = never;  // from here on only saving counts
  MonoTime drain_wake_ = never;
  int exit_code_ = exit_ok;
  std::size_t library_lines_ = 0;  // in the second that began at library_second_
  MonoTime library_second_{};
};

}  // namespace signal_hub::app
