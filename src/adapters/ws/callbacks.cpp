#include "adapters/ws/callbacks.hpp"

#include <sys/socket.h>

#include <array>
#include <cstring>
#include <utility>

#include "adapters/ws/headers.hpp"
#include "adapters/ws/http_response.hpp"
#include "adapters/ws/socket_writes.hpp"
#include "base/limits.hpp"
#include "wire/json_check.hpp"
#include "wire/ws_frame.hpp"

namespace signal_hub::adapters {
namespace {

constexpr std::uint16_t close_normal = 1000;
constexpr std::uint16_t close_protocol = 1002;
constexpr std::uint16_t close_invalid_payload = 1007;
constexpr std::uint16_t close_policy = 1008;

Connection* connection_of(lws* wsi) {
  return static_cast<Connection*>(lws_get_opaque_user_data(wsi));
}

/// Empties it and gives its memory back, which `= {}` would keep.
void forget(std::string& text) { std::string().swap(text); }

std::string peer_of(lws* wsi) {
  std::array<char, 64> text{};
  lws_get_peer_simple(wsi, text.data(), text.size());
  const std::string_view peer(text.data());
  constexpr std::string_view mapped = "::ffff:";
  return std::string(peer.starts_with(mapped) ? peer.substr(mapped.size()) : peer);
}

UpgradeRequest upgrade_request(lws* wsi, std::string_view upgrade) {
  UpgradeRequest r;
  const Method* method = method_of(wsi);
  r.is_get = method != nullptr && method->uri == WSI_TOKEN_GET_URI;
  if (method != nullptr) r.path = header(wsi, method->uri);
  r.upgrade = upgrade;
  r.version = header(wsi, WSI_TOKEN_VERSION);
  r.key = header(wsi, WSI_TOKEN_KEY);
  r.protocols = header(wsi, WSI_TOKEN_PROTOCOL);
  r.has_origin = has(wsi, WSI_TOKEN_ORIGIN);
  r.origin = header(wsi, WSI_TOKEN_ORIGIN);
  r.host = header(wsi, WSI_TOKEN_HOST);
  return r;
}

int status_of(core::Admission::Verdict verdict) {
  using Verdict = core::Admission::Verdict;
  return verdict == Verdict::too_many_from_ip || verdict == Verdict::too_fast ? 429 : 503;
}

std::string reason_of(core::Admission::Verdict verdict) {
  using Verdict = core::Admission::Verdict;
  switch (verdict) {
    case Verdict::too_many_from_ip: return "Too many connections from this address.";
    case Verdict::too_fast: return "Connections are opened faster than the hub accepts them.";
    case Verdict::draining: return "The hub is stopping.";
    default: return "The hub holds as many connections as it may.";
  }
}

bool is_utf8(std::string_view text) {
  return wire::check_grammar(text) != wire::JsonVerdict::bad_utf8;
}

int close_with(lws* wsi, std::uint16_t code, std::string_view reason) {
  // The library copies the text and takes it as writable.
  std::string text(reason);
  lws_close_reason(wsi, static_cast<lws_close_status>(code),
                   reinterpret_cast<unsigned char*>(text.data()), text.size());
  return -1;
}

}  // namespace

int Callbacks::dispatch(lws* wsi, lws_callback_reasons reason, void* user, void* in,
                        std::size_t len) {
  auto* self = static_cast<Callbacks*>(lws_context_user(lws_get_context(wsi)));
  if (self == nullptr) return 0;
  if (reason == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS) {
    self->tls.attach(static_cast<SSL_CTX*>(user));
    return 0;
  }
  return self->on(wsi, reason, in, len);
}

int Callbacks::on(lws* wsi, lws_callback_reasons reason, void* in, std::size_t len) {
  const auto* text = static_cast<const char*>(in);
  switch (reason) {
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED: ++sockets_; return 0;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: return confirm_upgrade(wsi, text);
    case LWS_CALLBACK_HTTP: return http.request(wsi, {text, len});
    case LWS_CALLBACK_HTTP_BODY: return http.body(wsi, {text, len});
    case LWS_CALLBACK_HTTP_BODY_COMPLETION: return http.body_complete(wsi);
    case LWS_CALLBACK_HTTP_WRITEABLE: return http.writeable(wsi);
    case LWS_CALLBACK_ESTABLISHED: established(wsi); return 0;
    case LWS_CALLBACK_RECEIVE: return receive(wsi, text, len);
    case LWS_CALLBACK_RECEIVE_PONG:
      if (const Connection* c = connection_of(wsi)) events_.alive(c->id);
      return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE: return writeable(wsi);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
      return peer_closes(wsi, static_cast<const unsigned char*>(in), len);
    case LWS_CALLBACK_CLOSED: closed(wsi); return 0;
    case LWS_CALLBACK_WSI_DESTROY: destroyed(wsi); return 0;
    default: return 0;
  }
}

bool Callbacks::has_room() const {
  const std::size_t cap = settings_.hub.max_connections;
  return cap == 0 || sockets_ < cap + limits::connections_over_cap;
}

int Callbacks::confirm_upgrade(lws* wsi, std::string_view upgrade) {
  if (!has_version(wsi)) return refuse(wsi, 400, "The request line has no HTTP version.", 0ms);
  if (http.door(wsi) == app::Door::admin_socket) {
    return refuse(wsi, 404, "There are no WebSockets here.", 0ms);
  }
  const auto refusal = refuse_upgrade(upgrade_request(wsi, upgrade), settings_.server,
                                      settings_.hub.auth, listen_hosts);
  if (refusal) {
    events_.refused(refusal->kind);
    return refuse(wsi, refusal->status, refusal->reason, 0ms);
  }
  std::string ip = client_address(peer_of(wsi), header(wsi, WSI_TOKEN_X_FORWARDED_FOR), trusted);
  const core::Admission admission = events_.admit(ip);
  if (!admission.ok()) {
    return refuse(wsi, status_of(admission.verdict), reason_of(admission.verdict),
                  admission.retry_after);
  }
  auto connection = std::make_unique<Connection>();
  connection->ip = std::move(ip);
  lws_set_opaque_user_data(wsi, connection.release());  // destroyed() owns it from here
  return 0;
}

int Callbacks::refuse(lws* wsi, int status, const std::string& reason, Millis retry_after) {
  app::HttpResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = reason + "\n";
  if (retry_after > 0ms) {
    const auto seconds = (retry_after.count() + 999) / 1000;
    response.headers.emplace_back("Retry-After", std::to_string(seconds));
  }
  if (status == 405) response.headers.emplace_back("Allow", "GET");
  if (status == 426) response.headers.emplace_back("Sec-WebSocket-Version", "13");
  // Closed right after: what follows an upgrade request is no HTTP.
  send_http(wsi, encode_response(response, false, true));
  return -1;
}

void Callbacks::established(lws* wsi) {
  Connection* c = connection_of(wsi);
  if (c == nullptr) return;
  c->id = events_.opened(c->ip);
  c->open = true;
  if (c->id.slot >= by_slot_.size()) by_slot_.resize(c->id.slot + 1);
  by_slot_[c->id.slot] = {wsi, c->id.generation};
}

int Callbacks::receive(lws* wsi, const char* in, std::size_t len) {
  Connection* c = connection_of(wsi);
  if (c == nullptr || c->close_sent) return 0;
  if (lws_is_first_fragment(wsi) != 0) {
    c->size = c->fragments = 0;
    c->discarding = false;
  }
  const std::size_t rest = lws_remaining_packet_payload(wsi);
  c->size += len;
  if (rest == 0 && ++c->fragments > limits::message_fragments) {
    return close_with(wsi, close_policy, "too many fragments");
  }
  const std::size_t known = c->size + rest;
  const std::size_t limit = events_.frame_limit(c->id);
  if (c->discarding || (limit != 0 && known > limit)) {
    discard(*c, rest);
    return 0;
  }
  const bool complete = rest == 0 && lws_is_final_fragment(wsi) != 0;
  if (complete) {
    finish_message(*c, in, len);
    return 0;
  }
  c->message.append(in, len);
  events_.reassembling(c->id, c->message.capacity());
  return 0;
}

void Callbacks::discard(Connection& c, std::size_t rest) {
  const std::size_t known = c.size + rest;
  if (!std::exchange(c.discarding, true)) {
    forget(c.message);
    events_.reassembling(c.id, 0);
    events_.oversized(c.id, known);
  } else {
    events_.still_oversized(c.id, known);
  }
}

void Callbacks::finish_message(Connection& c, const char* in, std::size_t len) {
  if (c.message.empty()) return events_.frame(c.id, {in, len});
  c.message.append(in, len);
  const std::string message = std::exchange(c.message, {});
  events_.reassembling(c.id, 0);
  events_.frame(c.id, message);
}

int Callbacks::writeable(lws* wsi) {
  Connection* c = connection_of(wsi);
  if (c == nullptr || !c->open) return 0;
  if (lws_partial_buffered(wsi) != 0) return 0;  // it comes again
  if (std::exchange(c->backed_up, false)) events_.writable(c->id);
  return 0;
}

int Callbacks::peer_closes(lws* wsi, const unsigned char* in, std::size_t len) {
  Connection* c = connection_of(wsi);
  if (c == nullptr) return 0;
  if (len == 1) return close_with(wsi, close_protocol, "bad close");
  if (len > 2 && !is_utf8({reinterpret_cast<const char*>(in) + 2, len - 2})) {
    return close_with(wsi, close_invalid_payload, "bad utf8");
  }
  const unsigned code = len == 0 ? close_normal : (unsigned{in[0]} << 8U) | in[1];
  c->clean = code == close_normal;
  // 0 has the library echo the close; it answers ours, and then the socket just ends.
  return c->close_sent ? -1 : 0;
}

void Callbacks::closed(lws* wsi) {
  Connection* c = connection_of(wsi);
  if (c == nullptr || !std::exchange(c->open, false)) return;
  by_slot_[c->id.slot] = {};
  events_.closed(c->id, c->clean);
}

void Callbacks::destroyed(lws* wsi) {
  if (sockets_ > 0) --sockets_;
  http.gone(wsi);
  const std::unique_ptr<Connection> c(connection_of(wsi));
  lws_set_opaque_user_data(wsi, nullptr);
  if (c && !c->id.valid()) events_.abandoned(c->ip);
}

lws* Callbacks::find(ConnId conn) const {
  if (conn.slot >= by_slot_.size()) return nullptr;
  const Slot& slot = by_slot_[conn.slot];
  return slot.generation == conn.generation ? slot.wsi : nullptr;
}

app::WriteOutcome Callbacks::write(ConnId conn, const core::Outgoing& frames) {
  lws* wsi = find(conn);
  if (wsi == nullptr) return app::WriteOutcome::failed;
  const auto outcome =
      frames.tail == nullptr ? write_bytes(wsi, frames.bytes) : write_with_tail(wsi, frames);
  if (outcome == app::WriteOutcome::failed) cut(conn);
  return outcome;
}

app::WriteOutcome Callbacks::write_bytes(lws* wsi, std::string_view bytes) {
  // LWS_WRITE_RAW neither frames nor changes the bytes; the signature just is not const.
  auto* data = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  if (lws_write(wsi, data, bytes.size(), LWS_WRITE_RAW) < 0) return app::WriteOutcome::failed;
  if (lws_partial_buffered(wsi) == 0) return app::WriteOutcome::sent;
  connection_of(wsi)->backed_up = true;
  lws_callback_on_writable(wsi);
  return app::WriteOutcome::backed_up;
}

app::WriteOutcome Callbacks::write_with_tail(lws* wsi, const core::Outgoing& frames) {
  std::size_t sent = 0;
  const std::string_view tail = **frames.tail;
  // A pong of the library's may be on its way, and TLS is its own.
  if (lws_is_ssl(wsi) == 0 && lws_partial_buffered(wsi) == 0) {
    const auto taken =
        send_both(lws_get_socket_fd(wsi), frames.bytes, tail, files_.file_of(*frames.tail));
    if (!taken) return app::WriteOutcome::failed;
    sent = *taken;
  }
  if (sent == frames.size()) return app::WriteOutcome::sent;
  // What is left goes into one write, so that nothing of the library's comes between.
  if (sent >= frames.bytes.size()) return write_bytes(wsi, tail.substr(sent - frames.bytes.size()));
  joined_.assign(frames.bytes.substr(sent)).append(tail);
  const auto outcome = write_bytes(wsi, joined_);
  forget(joined_);
  return outcome;
}

void Callbacks::close(ConnId conn, std::uint16_t code, std::string_view reason) {
  lws* wsi = find(conn);
  if (wsi == nullptr) return;
  connection_of(wsi)->close_sent = true;
  forget(connection_of(wsi)->message);
  lws_rx_flow_control(wsi, 1);  // the peer's close frame must be read
  const std::string frame = wire::close_frame(code, reason);
  write(conn, {frame});
}

void Callbacks::cut(ConnId conn) {
  lws* wsi = find(conn);
  if (wsi == nullptr) return;
  // A timeout of the library set from outside its callbacks is only noticed with its next event;
  // an ended socket is one.
  lws_rx_flow_control(wsi, 1);
  shutdown(lws_get_socket_fd(wsi), SHUT_RDWR);
}

void Callbacks::pause_reading(ConnId conn, bool paused) {
  lws* wsi = find(conn);
  if (wsi != nullptr) lws_rx_flow_control(wsi, paused ? 0 : 1);
}

}  // namespace signal_hub::adapters
