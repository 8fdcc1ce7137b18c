#include "adapters/ws/server.hpp"

#include <libwebsockets.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "adapters/ws/access.hpp"
#include "adapters/ws/callbacks.hpp"
#include "adapters/ws/connection.hpp"
#include "adapters/ws/library_log.hpp"
#include "adapters/ws/listener.hpp"
#include "base/limits.hpp"
#include "base/listen_address.hpp"

namespace signal_hub::adapters {
namespace {

constexpr unsigned handshake_seconds = 10;
constexpr mode_t admin_file_mode = 0600;
constexpr std::size_t fd_reserve = 64;  // database, log, listeners, and what libraries open

std::string url_of(const ListenAddress& a, bool tls) {
  if (a.kind == ListenAddress::Kind::unix_socket) return "unix:" + a.host;
  const std::string host = a.kind == ListenAddress::Kind::ipv6 ? "[" + a.host + "]" : a.host;
  return (tls ? "wss://" : "ws://") + host + ":" + std::to_string(a.port) + "/ws";
}

}  // namespace

class WsServer::Impl {
 public:
  Impl(uv_loop_t* loop, const Settings& settings, app::TransportEvents& events)
      : loop_(loop), events_(events), log_(events), callbacks_(settings, events) {}

  std::optional<std::string> start(const Settings& settings) {
    for (const std::string& cidr : settings.server.trusted_proxy) {
      if (const auto parsed = Cidr::parse(cidr)) callbacks_.trusted.push_back(*parsed);
    }
    if (auto error = create_context(settings.server)) return error;
    for (const std::string& text : settings.server.listen) {
      if (auto error = listen(text)) return error;
    }
    return settings.server.admin_socket.empty() ? std::nullopt
                                                : listen_for_admin(settings.server.admin_socket);
  }

  /// The operator's socket stays until the end: a drain is something to watch.
  void stop_listening() { listeners_.clear(); }

  void destroy() {
    stop_listening();
    admin_listener_.reset();
    if (context_ == nullptr) return;
    // libwebsockets closes its handles in the first call and frees itself in the second.
    lws_context_destroy(context_);
    uv_run(loop_, UV_RUN_DEFAULT);
    lws_context_destroy(std::exchange(context_, nullptr));
  }

  Callbacks& callbacks() { return callbacks_; }
  const std::vector<std::string>& urls() const { return urls_; }

 private:
  std::optional<std::string> create_context(const ServerSettings& settings) {
    lws_context_creation_info info{};
    loops_[0] = loop_;
    protocols_[0] = {
        "signal-hub.v1.json", &Callbacks::dispatch, 0, read_bytes, 0, &callbacks_, tx_bytes};
    protocols_[1] = {};
    info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
    // Without LWS_SERVER_OPTION_VALIDATE_UTF8: it takes a pong between two fragments of a text for
    // part of the text and ends the connection. The hub validates every message anyway.
    info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.foreign_loops = loops_;
    info.pt_serv_buf_size = read_bytes;
    info.retry_and_idle_policy = &no_validity_checks_;
    info.timeout_secs = handshake_seconds;
    info.protocols = protocols_;
    info.vhost_name = "signal-hub";
    info.user = &callbacks_;
    tls_ = !settings.tls_cert.empty();
    if (tls_) {
      info.ssl_cert_filepath = settings.tls_cert.c_str();
      info.ssl_private_key_filepath = settings.tls_key.c_str();
      info.alpn = "http/1.1";  // its HTTP/2 is not safe before authentication
    }
    context_ = lws_create_context(&info);
    if (context_ == nullptr) return "cannot create the WebSocket context";
    vhost_ = lws_create_vhost(context_, &info);
    if (vhost_ != nullptr) return std::nullopt;
    if (!tls_) return "cannot create the WebSocket server";
    return unusable_pair(settings.tls_cert, settings.tls_key);
  }

  std::optional<std::string> listen_for_admin(const std::string& path) {
    auto listener = Listener::open(
        loop_, {ListenAddress::Kind::unix_socket, path, 0},
        [this](int fd, const ListenAddress&) {
          // Not a virtual host of its own: the Host header would choose it.
          if (lws* wsi = adopt_as(fd, true)) callbacks_.http.admin_sockets.insert(wsi);
        },
        admin_file_mode);
    if (!listener) return listener.error();
    admin_listener_ = std::move(*listener);
    return std::nullopt;
  }

  std::optional<std::string> listen(const std::string& text) {
    const auto address = parse_listen_address(text);
    if (!address) return "--listen: " + address.error();
    auto listener =
        Listener::open(loop_, *address, [this](int fd, const ListenAddress& at) { adopt(fd, at); });
    if (!listener) return listener.error();
    const ListenAddress& bound = (*listener)->address();
    callbacks_.listen_hosts.push_back(bound.host);
    urls_.push_back(url_of(bound, tls_));
    listeners_.push_back(std::move(*listener));
    return std::nullopt;
  }

  void adopt(int fd, const ListenAddress& at) {
    if (fd < 0 || !callbacks_.has_room()) {
      if (fd >= 0) ::close(fd);
      events_.refused(core::RefusalReason::no_room);
      return;
    }
    adopt_as(fd, at.kind == ListenAddress::Kind::unix_socket || !tls_);
  }

  lws* adopt_as(int fd, bool plain) {
    const int type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP | (plain ? 0 : LWS_ADOPT_ALLOW_SSL);
    lws_sock_file_fd_type descriptor{};
    descriptor.sockfd = fd;
    return lws_adopt_descriptor_vhost(vhost_, static_cast<lws_adoption_type>(type), descriptor,
                                      nullptr, nullptr);
  }

  // One read and one service buffer of this size halve the cost per message against 4 KiB.
  static constexpr std::size_t read_bytes = std::size_t{16} * 1024;
  // Unset, large deliveries are cut into small writes at seven times the cost.
  static constexpr std::size_t tx_bytes = std::size_t{16} << 20U;

  uv_loop_t* loop_;
  app::TransportEvents& events_;
  LibraryLog log_;
  Callbacks callbacks_;
  void* loops_[1]{};
  lws_protocols protocols_[2]{};
  lws_retry_bo_t no_validity_checks_{};  // its own timer is a sorted list, O(n) per connection
  lws_context* context_ = nullptr;
  lws_vhost* vhost_ = nullptr;
  bool tls_ = false;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::unique_ptr<Listener> admin_listener_;
  std::vector<std::string> urls_;
};

WsServer::WsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WsServer::~WsServer() { impl_->destroy(); }

Result<std::unique_ptr<WsServer>> WsServer::create(uv_loop_t* loop, const Settings& settings,
                                                   app::TransportEvents& events) {
  auto impl = std::make_unique<Impl>(loop, settings, events);
  const auto error = impl->start(settings);
  std::unique_ptr<WsServer> server(new WsServer(std::move(impl)));
  if (error) return fail(*error);
  return server;
}

const std::vector<std::string>& WsServer::urls() const { return impl_->urls(); }
void WsServer::show_certificate(TlsPair pair) { impl_->callbacks().tls.show(std::move(pair)); }
void WsServer::destroy() { impl_->destroy(); }
void WsServer::stop_listening() { impl_->stop_listening(); }

app::WriteOutcome WsServer::write(ConnId conn, const core::Outgoing& frames) {
  return impl_->callbacks().write(conn, frames);
}
void WsServer::all_written() { impl_->callbacks().all_written(); }
void WsServer::close(ConnId conn, std::uint16_t code, std::string_view reason) {
  impl_->callbacks().close(conn, code, reason);
}
void WsServer::cut(ConnId conn) { impl_->callbacks().cut(conn); }
void WsServer::pause_reading(ConnId conn, bool paused) {
  impl_->callbacks().pause_reading(conn, paused);
}

void WsServer::respond(app::HttpId id, const app::HttpResponse& response) {
  impl_->callbacks().http.respond(id, response);
}
bool WsServer::stream(app::HttpId id, std::string_view bytes) {
  return impl_->callbacks().http.stream(id, bytes);
}
void WsServer::hang_up(app::HttpId id) { impl_->callbacks().http.hang_up(id); }

std::size_t connections_by_fd_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024 - fd_reserve;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t all = limit.rlim_cur;
  const std::size_t kept = fd_reserve + limits::connections_over_cap;
  return all > 2 * kept ? all - kept : all / 2;
}

}  // namespace signal_hub::adapters
