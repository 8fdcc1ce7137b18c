// The libwebsockets callbacks of one server, and the table of its connections.
#pragma once

#include <libwebsockets.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/ws/access.hpp"
#include "adapters/ws/connection.hpp"
#include "adapters/ws/http_exchanges.hpp"
#include "adapters/ws/shared_files.hpp"
#include "adapters/ws/tls.hpp"
#include "app/ports.hpp"
#include "base/settings.hpp"

namespace signal_hub::adapters {

class Callbacks {
 public:
  Callbacks(const Settings& settings, app::TransportEvents& events)
      : http(events), settings_(settings), events_(events) {}

  /// What libwebsockets calls; `in` and `len` as it documents per reason.
  static int dispatch(lws* wsi, lws_callback_reasons reason, void* user, void* in, std::size_t len);

  /// Another TCP connection may be held: those over the cap get a short audience for their 503.
  bool has_room() const;

  app::WriteOutcome write(ConnId conn, const core::Outgoing& frames);
  void all_written() { files_.forget_sent(); }
  void close(ConnId conn, std::uint16_t code, std::string_view reason);
  void cut(ConnId conn);
  void pause_reading(ConnId conn, bool paused);

  TlsSwitch tls;
  std::vector<Cidr> trusted;
  std::vector<std::string> listen_hosts;
  HttpExchanges http;

 private:
  int on(lws* wsi, lws_callback_reasons reason, void* in, std::size_t len);
  int confirm_upgrade(lws* wsi, std::string_view upgrade);
  int refuse(lws* wsi, int status, const std::string& reason, Millis retry_after);
  void established(lws* wsi);
  int receive(lws* wsi, const char* in, std::size_t len);
  void discard(Connection& c, std::size_t rest);
  void finish_message(Connection& c, const char* in, std::size_t len);
  int writeable(lws* wsi);
  int peer_closes(lws* wsi, const unsigned char* in, std::size_t len);
  void closed(lws* wsi);
  void destroyed(lws* wsi);
  lws* find(ConnId conn) const;
  app::WriteOutcome write_bytes(lws* wsi, std::string_view bytes);
  app::WriteOutcome write_with_tail(lws* wsi, const core::Outgoing& frames);

  const Settings& settings_;
  app::TransportEvents& events_;
  struct Slot {
    lws* wsi = nullptr;
    std::uint32_t generation = 0;
  };
  std::vector<Slot> by_slot_;
  std::size_t sockets_ = 0;
  SharedFiles files_;
  std::string joined_;  // scratch
};

}  // namespace signal_hub::adapters
