#include "serve.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "adapters/jwt/authenticator.hpp"
#include "adapters/jwt/mac.hpp"
#include "adapters/log/json_logger.hpp"
#include "adapters/uv/loop.hpp"
#include "adapters/uv/process.hpp"
#include "adapters/ws/server.hpp"
#include "app/event_log.hpp"
#include "app/memory_store.hpp"
#include "app/server.hpp"
#include "base/version.hpp"
#include "cli/commands.hpp"
#include "config/load.hpp"

namespace signal_hub {
namespace {

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file) return fail("cannot read " + path);
  return text.str();
}

int usage_error(const std::string& sentence) {
  std::cerr << "signal-hub: " << sentence << "\n";
  return app::exit_usage;
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
    logger_ = adapters::make_stdout_logger(format, level.value_or(app::Level::info));
    if (settings_.hub.auth) {
      auto authenticator = adapters::make_authenticator(settings_.server);
      if (!authenticator) return usage_error(authenticator.error() + ".");
      authenticator_ = std::move(*authenticator);
    }
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
    settings_.hub.grace = 0ms;  // without a store nothing outlives its session
  }

  int serve_on_loop() {
    core::Hub hub(settings_.hub, authenticator_.get(), adapters::make_mac(),
                  adapters::random_seed(), loop_->now());
    app::MemoryStore store;
    app::Server server({hub, store, *loop_, *loop_, *logger_, adapters::read_process,
                        [this] { return reload(); }, [this] { loop_->stop(); }},
                       settings_);
    announce(core::LogEvent::starting,
             {{"version", std::string(server_version)}, {"pid", std::int64_t{getpid()}}});
    auto transport = adapters::WsServer::create(loop_->raw(), settings_, server);
    if (!transport) {
      loop_->finish();
      return failed(transport.error());
    }
    server.start(**transport);
    loop_->attach(server);
    for (const std::string& url : (*transport)->urls()) {
      announce(core::LogEvent::listening, {{"url", url}});
    }
    loop_->run();
    (*transport)->destroy();
    transport->reset();
    logger_->flush();
    loop_->finish();
    return server.exit_code();
  }

  void announce(core::LogEvent event, std::vector<core::Event::Field> fields) {
    app::log_event(*logger_, {event, std::move(fields)}, loop_->now().wall);
    logger_->flush();
  }

  Result<Settings> reload() {
    auto loaded = config::load(sources_);
    if (!loaded) return fail(loaded.error());
    Settings fresh = std::move(loaded->settings);
    const std::size_t most = adapters::connections_by_fd_limit();
    std::size_t& wanted = fresh.hub.max_connections;
    wanted = wanted == 0 ? most : std::min(wanted, most);
    fresh.hub.grace = settings_.hub.grace;
    return fresh;
  }

  Settings settings_;
  config::Sources sources_;
  std::unique_ptr<app::Logger> logger_;
  std::unique_ptr<core::Authenticator> authenticator_;
  std::unique_ptr<adapters::UvLoop> loop_;
};

}  // namespace

int serve(const std::vector<std::string>& arguments) {
  const config::Sources sources{arguments, environment, read_file};
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
