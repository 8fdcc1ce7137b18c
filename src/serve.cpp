#include "serve.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <iostream>

#include "adapters/jwt/authenticator.hpp"
#include "adapters/jwt/mac.hpp"
#include "adapters/log/json_logger.hpp"
#include "adapters/sqlite/admin_archive.hpp"
#include "adapters/sqlite/open.hpp"
#include "adapters/systemd/service.hpp"
#include "adapters/uv/loop.hpp"
#include "adapters/uv/process.hpp"
#include "adapters/ws/server.hpp"
#include "app/admin/token.hpp"
#include "app/archive.hpp"
#include "app/event_log.hpp"
#include "app/event_ring.hpp"
#include "app/memory_archive.hpp"
#include "app/memory_store.hpp"
#include "app/server.hpp"
#include "base/limits.hpp"
#include "base/version.hpp"
#include "cli/commands.hpp"
#include "cli/system.hpp"
#include "config/load.hpp"
#include "config/reload.hpp"

namespace signal_hub {
namespace {

constexpr std::string_view in_memory = ":memory:";

int usage_error(const std::string& sentence) {
  std::cerr << "signal-hub: " << sentence << "\n";
  return app::exit_usage;
}

/// Empty without --admin-token-file.
Result<std::string> read_admin_token(const ServerSettings& settings) {
  if (settings.admin_token_file.empty()) return std::string();
  const auto text = cli::read_file(settings.admin_token_file);
  if (!text) return fail("--admin-token-file: " + text.error());
  auto token = app::admin::token_in(*text);
  if (!token) return fail("--admin-token-file " + settings.admin_token_file + ": " + token.error());
  return token;
}

/// Everything that lives as long as the hub serves, in order of construction.
class Process {
 public:
  Process(Settings settings, config::Sources sources)
      : settings_(std::move(settings)), sources_(std::move(sources)) {}

  int run() {
    const auto format = settings_.server.log_format == "text" ? adapters::LogFormat::text
                                                              : adapters::LogFormat::json;
    const auto level = adapters::parse_level(settings_.server.log_level);
    stdout_ = adapters::make_stdout_logger(format, level.value_or(app::Level::info));
    logger_ = std::make_unique<app::EventRing>(*stdout_, limits::admin_events);
    auto token = read_admin_token(settings_.server);
    if (!token) return usage_error(token.error() + ".");
    admin_token_ = std::move(*token);
    if (settings_.hub.auth) {
      auto authenticator = adapters::make_authenticator(settings_.server);
      if (!authenticator) return usage_error(authenticator.error() + ".");
      authenticator_ = std::move(*authenticator);
    }
    auto notifier = adapters::Notifier::open();
    if (!notifier) return usage_error(notifier.error() + ".");
    notifier_ = std::move(*notifier);
    auto loop = adapters::UvLoop::create();
    if (!loop) return failed(loop.error());
    loop_ = std::move(*loop);
    settle_limits();
    return serve_on_loop();
  }

 private:
  int failed(const std::string& sentence) {
    std::cerr << "signal-hub: " << sentence << ".\n";
    return app::exit_failed;
  }

  /// 0 connections means as many as the descriptors allow; more than that is not promised.
  void settle_limits() {
    const std::size_t most = adapters::connections_by_fd_limit();
    std::size_t& wanted = settings_.hub.max_connections;
    wanted = wanted == 0 ? most : std::min(wanted, most);
  }

  int refused(const std::string& sentence) {
    std::cerr << "signal-hub: " << sentence << ".\n";
    loop_->finish();
    return app::exit_database;
  }

  int serve_on_loop() {
    announce(core::LogEvent::starting,
             {{"version", std::string(server_version)}, {"pid", std::int64_t{getpid()}}});
    if (settings_.server.db == in_memory) {
      app::MemoryStore store(app::retention_of(settings_));
      app::MemoryArchive archive(store.messages());
      const int code = serve_with(store, archive, {}, adapters::new_mac_key(), nothing_more);
      loop_->finish();
      return code;
    }
    const std::uint64_t began = loop_->stopwatch_us();
    auto opened = adapters::open_store(loop_->raw(), store_options(), loop_->now().wall);
    if (!opened) return refused(opened.error());
    opening_us_ = loop_->stopwatch_us() - began;
    settings_.hub.persistent = true;
    adapters::SqliteStore& store = *opened->store;
    adapters::SqliteArchive archive(loop_->raw(), settings_.server.db);
    const int code = serve_with(store, archive, std::move(opened->recovered),
                                std::move(opened->mac_key), [&](core::RecoveredMessages& into) {
                                  return store.recover_messages(into, loop_->now().wall);
                                });
    archive.close();
    store.close();
    loop_->finish();
    return code;
  }

  /// A log that fills --db-limit by itself would keep the hub from ever having room again.
  std::uint64_t wal_limit() const {
    const std::uint64_t wanted = settings_.server.wal_limit;
    const std::uint64_t share = settings_.server.db_limit / 4;
    if (share == 0) return wanted;
    return wanted == 0 ? share : std::min<std::uint64_t>(wanted, share);
  }

  adapters::SqliteOptions store_options() const {
    const ServerSettings& server = settings_.server;
    adapters::SqliteOptions options;
    options.path = server.db;
    options.full_durability = server.durability == "full";
    options.wal_limit = wal_limit();
    options.upkeep_interval = server.checkpoint_interval;
    options.kept = app::retention_of(settings_);
    return options;
  }

  /// Gives the hub the messages a run before has left. The error: a sentence without its end.
  using ReadMessages = std::function<Result<bool>(core::RecoveredMessages&)>;
  static Result<bool> nothing_more(core::RecoveredMessages&) { return true; }

  int serve_with(app::Store& store, app::Archive& archive, core::Recovered recovered,
                 std::string mac_key, const ReadMessages& read_messages) {
    core::Hub hub(settings_.hub, authenticator_.get(), adapters::make_mac(std::move(mac_key)),
                  adapters::random_seed(), loop_->now());
    if (const auto read = restore(hub, std::move(recovered), read_messages); !read) {
      std::cerr << "signal-hub: " << read.error() << ".\n";
      return app::exit_database;
    }
    app::Server server({hub, store, *loop_, *loop_, *logger_, adapters::read_process,
                        [this, &hub] { return reload(hub); }, [this] { loop_->stop(); }},
                       settings_);
    server_ = &server;
    auto transport = adapters::WsServer::create(loop_->raw(), settings_, server);
    if (!transport) {
      // Nothing has happened, so nothing is lost: the next start finds what this one has found.
      store.submit(hub.take_last_batch(loop_->now()));
      return failed(transport.error());
    }
    transport_ = transport->get();
    server.start(**transport);
    server.serve_admin(**transport, archive, *logger_, std::move(admin_token_));
    adapters::Service service(notifier_, loop_->raw(), server, settings_.server);
    loop_->attach(service);
    for (const std::string& url : (*transport)->urls()) {
      announce(core::LogEvent::listening, {{"url", url}});
    }
    if (!notifier_.ready()) {
      std::cerr << "signal-hub: the service manager at NOTIFY_SOCKET cannot be told.\n";
    }
    loop_->run();
    transport_ = nullptr;
    (*transport)->destroy();
    transport->reset();
    logger_->flush();
    return server.exit_code();
  }

  /// Puts back what the run before has left; `recovered` is given up before the hub serves.
  Result<bool> restore(core::Hub& hub, core::Recovered recovered,
                       const ReadMessages& read_messages) {
    const std::uint64_t began = loop_->stopwatch_us();
    Restoring restoring(hub, hub.restore(recovered, loop_->now()), loop_->now());
    if (auto read = read_messages(restoring); !read) return fail(read.error());
    core::Restored& done = restoring.done;
    hub.finish_restore(done, loop_->now());
    if (!settings_.hub.persistent) return true;
    const auto count = [](std::size_t n) { return static_cast<std::int64_t>(n); };
    announce(core::LogEvent::recovered,
             {{"run", static_cast<std::int64_t>(recovered.run)},
              {"clean", recovered.clean},
              {"actors", count(done.actors)},
              {"dormant", count(done.dormant)},
              {"subscriptions", count(done.subscriptions)},
              {"messages", count(done.messages)},
              {"expired", count(done.expired)},
              {"grace", done.grace.count()},
              {"duration", count((loop_->stopwatch_us() - began + opening_us_) / 1000)}});
    return true;
  }

  struct Restoring final : core::RecoveredMessages {
    Restoring(core::Hub& h, core::Restored d, Now n) : hub(h), done(d), now(n) {}
    void take(std::span<core::RecoveredMessage> messages) override {
      hub.restore_messages(messages, done, now);
    }
    core::Hub& hub;
    core::Restored done;
    Now now;
  };

  void announce(core::LogEvent event, std::vector<core::Event::Field> fields) {
    app::log_event(*logger_, {event, std::move(fields)}, loop_->now().wall);
    logger_->flush();
  }

  /// Everything is read before anything is put to use.
  Result<app::Server::Reloaded> reload(core::Hub& hub) {
    auto loaded = config::load(sources_);
    if (!loaded) return fail(loaded.error());
    Settings fresh = std::move(loaded->settings);
    auto frozen = config::keep_frozen(settings_, fresh);
    std::unique_ptr<core::Authenticator> authenticator;
    if (fresh.hub.auth) {
      auto made = adapters::make_authenticator(fresh.server);
      if (!made) return fail(made.error());
      authenticator = std::move(*made);
    }
    auto token = read_admin_token(fresh.server);
    if (!token) return fail(token.error());
    if (!fresh.server.tls_cert.empty()) {
      auto pair = adapters::TlsPair::read(fresh.server.tls_cert, fresh.server.tls_key);
      if (!pair) return fail(pair.error());
      transport_->show_certificate(std::move(*pair));
    }
    server_->set_admin_token(std::move(*token));
    if (authenticator) {
      hub.authenticate_with(*authenticator);
      authenticator_ = std::move(authenticator);
    }
    const std::size_t most = adapters::connections_by_fd_limit();
    std::size_t& wanted = fresh.hub.max_connections;
    wanted = wanted == 0 ? most : std::min(wanted, most);
    return app::Server::Reloaded{std::move(fresh), std::move(frozen)};
  }

  Settings settings_;
  config::Sources sources_;
  adapters::Notifier notifier_;
  std::unique_ptr<app::Logger> stdout_;
  std::unique_ptr<app::EventRing> logger_;
  std::string admin_token_;  // until it serves
  std::unique_ptr<core::Authenticator> authenticator_;
  std::unique_ptr<adapters::UvLoop> loop_;
  adapters::WsServer* transport_ = nullptr;  // while it serves
  app::Server* server_ = nullptr;            // while it lives
  std::uint64_t opening_us_ = 0;             // how long the database took to open and read
};

}  // namespace

int serve(const std::vector<std::string>& arguments) {
  const config::Sources sources = cli::sources_of(arguments);
  auto loaded = config::load(sources);
  if (!loaded) return usage_error(loaded.error());
  if (loaded->wish == config::Loaded::Wish::help) {
    std::cout << cli::help_text();
    return app::exit_ok;
  }
  if (loaded->wish == config::Loaded::Wish::version) {
    std::cout << "signal-hub " << server_version << "\n";
    return app::exit_ok;
  }
  std::signal(SIGPIPE, SIG_IGN);
  umask(027);
  return Process(std::move(loaded->settings), sources).run();
}

}  // namespace signal_hub
