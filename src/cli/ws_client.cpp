#include "cli/ws_client.hpp"

#include <libwebsockets.h>

#include <csignal>
#include <cstring>
#include <deque>
#include <vector>

namespace signal_hub::cli {
namespace {

// Signal handlers have no other way to the loop they must wake.
volatile std::sig_atomic_t interrupted_flag = 0;
lws_context* interruptible = nullptr;

void on_interrupt(int) {
  interrupted_flag = 1;
  if (interruptible != nullptr) lws_cancel_service(interruptible);
}

struct Url {
  std::string host;
  std::string path;
  int port;
  bool tls;
};

std::optional<Url> parse_url(const std::string& text) {
  std::vector<char> copy(text.begin(), text.end());
  copy.push_back('\0');
  const char* scheme = nullptr;
  const char* host = nullptr;
  const char* path = nullptr;
  int port = 0;
  if (text.find("://") == std::string::npos) return std::nullopt;
  if (lws_parse_uri(copy.data(), &scheme, &host, &port, &path) != 0) return std::nullopt;
  const std::string_view name(scheme);
  if ((name != "ws" && name != "wss") || *host == '\0') return std::nullopt;
  return Url{host, "/" + std::string(path), port, name == "wss"};
}

}  // namespace

class WsClient::Impl {
 public:
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (interruptible == context_) interruptible = nullptr;
    if (context_ != nullptr) lws_context_destroy(context_);
  }

  std::optional<std::string> open(const std::string& url, Millis timeout) {
    const auto target = parse_url(url);
    if (!target) return "\"" + url + "\" is no ws:// or wss:// URL";
    lws_set_log_level(0, nullptr);
    lws_context_creation_info info{};
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.protocols = protocols_;
    info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.user = this;
    context_ = lws_create_context(&info);
    if (context_ == nullptr) return "cannot create a WebSocket client";
    lws_client_connect_info connect{};
    connect.context = context_;
    connect.address = target->host.c_str();
    connect.host = connect.origin = connect.address;
    connect.port = target->port;
    connect.path = target->path.c_str();
    connect.ssl_connection = target->tls ? LCCSCF_USE_SSL : 0;
    connect.protocol = protocols_[0].name;
    connect.local_protocol_name = protocols_[0].name;
    lws_client_connect_via_info(&connect);
    run([this] { return established_ || ended_; }, timeout);
    if (established_ && !ended_) return std::nullopt;
    return "cannot connect to " + url + ": " + (reason_.empty() ? "no answer" : reason_);
  }

  bool send(std::string text) {
    outgoing_.push_back(std::move(text));
    if (wsi_ != nullptr) lws_callback_on_writable(wsi_);
    run([this] { return outgoing_.empty() || ended_; }, Millis{10'000});
    return outgoing_.empty() && !ended_;
  }

  std::optional<std::string> receive(Millis timeout) {
    run([this] { return !incoming_.empty() || ended_ || interrupted_flag != 0; }, timeout);
    if (incoming_.empty()) return std::nullopt;
    std::string text = std::move(incoming_.front());
    incoming_.pop_front();
    return text;
  }

  bool ended() const { return ended_ && incoming_.empty(); }
  const std::string& reason() const { return reason_; }
  void make_interruptible() { interruptible = context_; }

 private:
  struct Alarm {
    lws_sorted_usec_list_t entry;
    bool rung;
  };

  /// Serves the connection until `done` or the time is over (0: never).
  template <class Done>
  void run(Done done, Millis timeout) {
    Alarm alarm{};
    if (timeout != 0ms) {
      lws_sul_schedule(
          context_, 0, &alarm.entry,
          [](lws_sorted_usec_list_t* sul) { lws_container_of(sul, Alarm, entry)->rung = true; },
          timeout.count() * LWS_US_PER_MS);
    }
    while (!done() && !alarm.rung && lws_service(context_, 0) >= 0) {
    }
    lws_sul_cancel(&alarm.entry);
  }

  static int dispatch(lws* wsi, lws_callback_reasons reason, void*, void* in, std::size_t len) {
    auto* self = static_cast<Impl*>(lws_context_user(lws_get_context(wsi)));
    return self == nullptr ? 0 : self->on(wsi, reason, static_cast<const char*>(in), len);
  }

  int on(lws* wsi, lws_callback_reasons reason, const char* in, std::size_t len) {
    switch (reason) {
      case LWS_CALLBACK_CLIENT_ESTABLISHED:
        established_ = true;
        wsi_ = wsi;
        return 0;
      case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        ended_ = true;
        if (in != nullptr) reason_.assign(in, len);
        return 0;
      case LWS_CALLBACK_CLIENT_RECEIVE:
        message_.append(in, len);
        if (lws_is_final_fragment(wsi) != 0 && lws_remaining_packet_payload(wsi) == 0) {
          incoming_.push_back(std::exchange(message_, {}));
        }
        return 0;
      case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        if (len >= 2) {
          const auto* code = reinterpret_cast<const unsigned char*>(in);
          reason_ = "closed with code " + std::to_string((unsigned{code[0]} << 8U) | code[1]);
          if (len > 2) reason_ += " (" + std::string(in + 2, len - 2) + ")";
        }
        return 0;
      case LWS_CALLBACK_CLIENT_CLOSED:
        ended_ = true;
        wsi_ = nullptr;
        return 0;
      case LWS_CALLBACK_CLIENT_WRITEABLE: return write(wsi);
      default: return 0;
    }
  }

  int write(lws* wsi) {
    if (outgoing_.empty()) return 0;
    const std::string text = std::move(outgoing_.front());
    outgoing_.pop_front();
    std::vector<unsigned char> buffer(LWS_PRE + text.size());
    std::memcpy(buffer.data() + LWS_PRE, text.data(), text.size());
    if (lws_write(wsi, buffer.data() + LWS_PRE, text.size(), LWS_WRITE_TEXT) < 0) return -1;
    if (!outgoing_.empty()) lws_callback_on_writable(wsi);
    return 0;
  }

  const lws_protocols protocols_[2] = {
      {"signal-hub.v1.json", &Impl::dispatch, 0, 65536, 0, nullptr, 0}, {}};
  lws_context* context_ = nullptr;
  lws* wsi_ = nullptr;
  bool established_ = false;
  bool ended_ = false;
  std::string reason_;
  std::string message_;
  std::deque<std::string> incoming_;
  std::deque<std::string> outgoing_;
};

WsClient::WsClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WsClient::~WsClient() = default;

Result<std::unique_ptr<WsClient>> WsClient::connect(const std::string& url, Millis timeout) {
  auto impl = std::make_unique<Impl>();
  if (auto error = impl->open(url, timeout)) return fail(std::move(*error));
  return std::unique_ptr<WsClient>(new WsClient(std::move(impl)));
}

bool WsClient::send(std::string text) { return impl_->send(std::move(text)); }
std::optional<std::string> WsClient::receive(Millis timeout) { return impl_->receive(timeout); }
bool WsClient::ended() const { return impl_->ended(); }
std::string WsClient::close_reason() const { return impl_->reason(); }
bool WsClient::interrupted() const { return interrupted_flag != 0; }

void WsClient::handle_interrupts() {
  impl_->make_interruptible();
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
}

}  // namespace signal_hub::cli
