#include "adapters/ws/http_exchanges.hpp"

#include <charconv>
#include <utility>

#include "adapters/ws/headers.hpp"
#include "adapters/ws/http_response.hpp"

namespace signal_hub::adapters {
namespace {

constexpr int bad_request = 400;
constexpr int length_required = 411;

/// What Content-Length says; what cannot be read is taken for endless.
std::size_t announced_by(lws* wsi) {
  const std::string text = header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH);
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty()) return 0;
  return error == std::errc{} && end == text.data() + text.size() ? length : SIZE_MAX;
}

}  // namespace

app::Door HttpExchanges::door(lws* wsi) const {
  return admin_sockets.contains(wsi) ? app::Door::admin_socket : app::Door::network;
}

app::HttpRequest HttpExchanges::view_of(const Exchange& x) {
  return {x.method, x.path,      x.arguments, x.authorization,
          x.body,   x.announced, x.door,      x.if_none_match};
}

HttpExchanges::Exchange* HttpExchanges::find(lws* wsi) {
  const auto found = by_socket_.find(wsi);
  return found == by_socket_.end() ? nullptr : exchanges_.find(found->second);
}

int HttpExchanges::request(lws* wsi, std::string_view path) {
  if (find(wsi) != nullptr) return -1;  // the answer before is open still
  const app::HttpId id = exchanges_.insert();
  by_socket_[wsi] = id;
  Exchange& x = *exchanges_.find(id);
  x.wsi = wsi;
  const Method* known = method_of(wsi);
  x.method = known == nullptr ? "" : known->name;
  x.path = path;
  x.arguments = arguments_of(wsi);
  x.authorization = header(wsi, WSI_TOKEN_HTTP_AUTHORIZATION);
  x.if_none_match = header(wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH);
  x.door = door(wsi);
  if (!has_version(wsi)) {
    return answer(id, {bad_request, "text/plain", "The request line has no HTTP version.\n", {}});
  }
  x.keep_alive = x.method == "GET" || x.method == "HEAD";
  if (x.keep_alive) return ask(id);
  x.announced = announced_by(wsi);
  if (has(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING)) {
    return answer(id, {length_required, "text/plain", "Give the body's Content-Length.\n", {}});
  }
  const std::size_t wanted = x.announced == 0 ? 0 : events_.body_limit(view_of(x));
  // A body that is not read ends the connection with the answer.
  if (wanted == 0 || x.announced > wanted) return ask(id);
  x.keep_alive = true;
  return 0;
}

int HttpExchanges::body(lws* wsi, std::string_view bytes) {
  Exchange* x = find(wsi);
  if (x == nullptr || x->body.size() + bytes.size() > x->announced) return -1;
  x->body.append(bytes);
  return 0;
}

int HttpExchanges::body_complete(lws* wsi) {
  const auto found = by_socket_.find(wsi);
  if (found == by_socket_.end()) return -1;
  // The library reports the end of a body that was announced as empty as well.
  if (exchanges_.find(found->second)->asked) return 0;
  return ask(found->second);
}

int HttpExchanges::ask(app::HttpId id) {
  Exchange* x = exchanges_.find(id);
  x->asked = true;
  const auto response = events_.http(id, view_of(*x));
  if (response) return answer(id, *response);
  // The library would take the wait for a client that is slow.
  lws_set_timeout(x->wsi, NO_PENDING_TIMEOUT, 0);
  return 0;
}

int HttpExchanges::answer(app::HttpId id, const app::HttpResponse& response) {
  Exchange& x = *exchanges_.find(id);
  lws* wsi = x.wsi;
  const bool close = !x.keep_alive || response.stream;
  const bool sent = send_http(wsi, encode_response(response, x.method == "HEAD", close));
  if (sent && response.stream && x.method != "HEAD") {
    x.streaming = true;
    lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
    return 0;
  }
  if (response.stream) return -1;  // gone() tells
  forget(id);
  if (!sent || close) return -1;
  return lws_http_transaction_completed(wsi) != 0 ? -1 : 0;
}

int HttpExchanges::writeable(lws* wsi) {
  Exchange* x = find(wsi);
  if (x == nullptr || lws_partial_buffered(wsi) != 0) return 0;
  if (!x->out.empty()) {
    const std::string out = std::exchange(x->out, {});
    if (!send_http(wsi, out)) return -1;
    if (!x->streaming) {
      const bool close = !x->keep_alive;
      forget(by_socket_.at(wsi));
      return close || lws_http_transaction_completed(wsi) != 0 ? -1 : 0;
    }
  }
  return x->ending ? -1 : 0;
}

void HttpExchanges::gone(lws* wsi) {
  admin_sockets.erase(wsi);
  const auto found = by_socket_.find(wsi);
  if (found == by_socket_.end()) return;
  const app::HttpId id = found->second;
  const Exchange& x = *exchanges_.find(id);
  const bool tell = x.asked && (x.streaming || x.out.empty());
  forget(id);
  if (tell) events_.http_gone(id);
}

void HttpExchanges::forget(app::HttpId id) {
  by_socket_.erase(exchanges_.find(id)->wsi);
  exchanges_.erase(id);
}

void HttpExchanges::respond(app::HttpId id, const app::HttpResponse& response) {
  Exchange* x = exchanges_.find(id);
  if (x == nullptr) return;
  x->streaming = response.stream;
  x->out = encode_response(response, x->method == "HEAD", !x->keep_alive || response.stream);
  lws_callback_on_writable(x->wsi);
}

bool HttpExchanges::stream(app::HttpId id, std::string_view bytes) {
  Exchange* x = exchanges_.find(id);
  if (x == nullptr) return true;
  if (!x->out.empty()) return false;
  x->out = bytes;
  lws_callback_on_writable(x->wsi);
  return true;
}

void HttpExchanges::hang_up(app::HttpId id) {
  Exchange* x = exchanges_.find(id);
  if (x == nullptr) return;
  x->ending = true;
  // A socket that takes nothing never becomes writable: the timeout ends it.
  lws_set_timeout(x->wsi, PENDING_TIMEOUT_USER_OK, 1);
  lws_callback_on_writable(x->wsi);
}

}  // namespace signal_hub::adapters
