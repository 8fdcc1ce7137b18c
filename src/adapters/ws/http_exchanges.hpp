// HTTP requests and their answers, at once or later: what is no WebSocket.
#pragma once

#include <libwebsockets.h>

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "app/ports.hpp"
#include "base/slot_map.hpp"

namespace signal_hub::adapters {

class HttpExchanges {
 public:
  explicit HttpExchanges(app::TransportEvents& events) : events_(events) {}

  // What the callbacks of libwebsockets pass on; they return what those return.
  int request(lws* wsi, std::string_view path);
  int body(lws* wsi, std::string_view bytes);
  int body_complete(lws* wsi);
  int writeable(lws* wsi);
  void gone(lws* wsi);

  // As app::HttpAnswers.
  void respond(app::HttpId id, const app::HttpResponse& response);
  bool stream(app::HttpId id, std::string_view bytes);
  void hang_up(app::HttpId id);

  app::Door door(lws* wsi) const;

  /// The operator's connections; gone() takes them out.
  std::unordered_set<lws*> admin_sockets;

 private:
  struct Exchange {
    lws* wsi = nullptr;
    std::string method;
    std::string path;
    std::vector<std::string> arguments;
    std::string authorization;
    std::string if_none_match;
    std::string body;
    std::size_t announced = 0;
    app::Door door = app::Door::network;
    bool asked = false;       // events_.http() was called
    bool keep_alive = false;  // another request may follow on the connection
    bool streaming = false;
    bool ending = false;
    std::string out;  // waits for the socket
  };

  static app::HttpRequest view_of(const Exchange& exchange);
  Exchange* find(lws* wsi);
  int ask(app::HttpId id);
  int answer(app::HttpId id, const app::HttpResponse& response);
  void forget(app::HttpId id);

  app::TransportEvents& events_;
  SlotMap<Exchange, app::HttpId> exchanges_;
  std::unordered_map<lws*, app::HttpId> by_socket_;
};

}  // namespace signal_hub::adapters
