#include "cli/ws_client.hpp"

#include <libwebsockets.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstring>
#include <deque>
#include <vector>

#include "cli/url.hpp"

namespace signal_hub::cli {
namespace {

// Signal handlers have no other way to the loop they must wake.
std::atomic<int> interrupts{0};
std::atomic<lws_context*> interruptible{nullptr};

void on_interrupt(int) {
  ++interrupts;
  if (lws_context* context = interruptible) lws_cancel_service(context);
}

/// The handlers of SIGINT and SIGTERM, for as long as it lives.
class InterruptHandlers {
 public:
  explicit InterruptHandlers(lws_context* context) {
    interrupts = 0;
    interruptible = context;
    interrupt_ = std::signal(SIGINT, on_interrupt);
    terminate_ = std::signal(SIGTERM, on_interrupt);
  }
  ~InterruptHandlers() {
    std::signal(SIGINT, interrupt_);
    std::signal(SIGTERM, terminate_);
    interruptible = nullptr;
  }
  InterruptHandlers(const InterruptHandlers&) = delete;
  InterruptHandlers& operator=(const InterruptHandlers&) = delete;

  bool came() const { return interrupts != outlasted_; }
  void outlast() { outlasted_ = interrupts; }

 private:
  void (*interrupt_)(int);
  void (*terminate_)(int);
  int outlasted_ = 0;
};

}  // namespace

Deadline deadline_in(Millis timeout) {
  return timeout == 0ms ? no_deadline : std::chrono::steady_clock::now() + timeout;
}

class WsClient::Impl {
 public:
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    handlers_.reset();
    if (context_ != nullptr) lws_context_destroy(context_);
  }

  std::optional<std::string> open(const std::string& text, Deadline until) {
    const auto url = parse_hub_url(text);
    if (!url) return url.error();
    lws_set_log_level(0, nullptr);
    lws_context_creation_info info{};
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.protocols = protocols_;
    info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.user = this;
    context_ = lws_create_context(&info);
    if (context_ == nullptr) return "cannot create a WebSocket client";
    start(*url);
    run([this] { return established_ || ended_; }, until);
    if (established_ && !ended_) return std::nullopt;
    return "cannot connect to " + text + ": " + (reason_.empty() ? "no answer" : reason_);
  }

  bool send(std::string text, Deadline until) {
    outgoing_.push_back(std::move(text));
    if (wsi_ != nullptr) lws_callback_on_writable(wsi_);
    run([this] { return outgoing_.empty() || ended_ || interrupted(); }, until);
    return outgoing_.empty() && !ended_;
  }

  std::optional<std::string> receive(Deadline until) {
    run([this] { return !incoming_.empty() || ended_ || interrupted(); }, until);
    // A deadline holds even where messages never cease.
    if (incoming_.empty() || std::chrono::steady_clock::now() >= until) return std::nullopt;
    std::string text = std::move(incoming_.front());
    incoming_.pop_front();
    return text;
  }

  bool ended() const { return ended_ && incoming_.empty(); }
  const std::string& reason() const { return reason_; }
  void handle_interrupts() { handlers_.emplace(context_); }
  bool interrupted() const { return handlers_ && handlers_->came(); }
  void outlast_interrupts() {
    if (handlers_) handlers_->outlast();
  }

 private:
  struct Alarm {
    lws_sorted_usec_list_t entry;
    bool rung;
  };

  void start(const HubUrl& url) {
    // A leading plus tells libwebsockets that the address is a unix socket's path.
    const std::string address = (url.unix_socket ? "+" : "") + url.host;
    const std::string host = url.authority();
    lws_client_connect_info connect{};
    connect.context = context_;
    connect.address = address.c_str();
    connect.host = host.c_str();
    // No origin: that is what web pages have, and the hub holds it against --allow-origin.
    connect.port = url.port;
    connect.path = url.path.c_str();
    connect.ssl_connection = url.tls ? LCCSCF_USE_SSL : 0;
    connect.protocol = protocols_[0].name;
    connect.local_protocol_name = protocols_[0].name;
    if (lws_client_connect_via_info(&connect) == nullptr) ended_ = true;
  }

  /// Serves the connection until `done` or the deadline.
  template <class Done>
  void run(Done done, Deadline until) {
    Alarm alarm{};
    if (until != no_deadline) {
      using std::chrono::microseconds;
      const auto left =
          std::chrono::duration_cast<microseconds>(until - std::chrono::steady_clock::now());
      lws_sul_schedule(
          context_, 0, &alarm.entry,
          [](lws_sorted_usec_list_t* sul) { lws_container_of(sul, Alarm, entry)->rung = true; },
          std::max<lws_usec_t>(left.count(), 1));
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
  std::optional<InterruptHandlers> handlers_;
};

WsClient::WsClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WsClient::~WsClient() = default;

Result<std::unique_ptr<WsClient>> WsClient::connect(const std::string& url, Deadline until) {
  auto impl = std::make_unique<Impl>();
  if (auto error = impl->open(url, until)) return fail(std::move(*error));
  return std::unique_ptr<WsClient>(new WsClient(std::move(impl)));
}

bool WsClient::send(std::string text, Deadline until) {
  return impl_->send(std::move(text), until);
}
std::optional<std::string> WsClient::receive(Deadline until) { return impl_->receive(until); }
bool WsClient::ended() const { return impl_->ended(); }
std::string WsClient::close_reason() const { return impl_->reason(); }
void WsClient::handle_interrupts() { impl_->handle_interrupts(); }
bool WsClient::interrupted() const { return impl_->interrupted(); }
void WsClient::outlast_interrupts() { impl_->outlast_interrupts(); }

}  // namespace signal_hub::cli
