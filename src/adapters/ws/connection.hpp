// One accepted WebSocket: its place in core, and the message that is still arriving.
#pragma once

#include <cstdint>
#include <string>

#include "base/ids.hpp"

struct lws;

namespace signal_hub::adapters {

struct Connection {
  std::string ip;      // of the client, behind trusted proxies too
  ConnId id;           // valid once open
  bool open = false;   // ESTABLISHED was seen
  bool clean = false;  // the peer's close frame said 1000 or nothing

  // The message in reassembly.
  std::string message;
  std::size_t size = 0;       // bytes seen of it, discarded ones too
  std::size_t fragments = 0;  // frames it came in
  bool discarding = false;    // over the limit: the rest is dropped

  // What the hub wants.
  bool backed_up = false;
  // Our close frame is out. It is written like any other: a close asked of libwebsockets 4.1 from
  // its writeable callback ends the socket without one.
  bool close_sent = false;
};

}  // namespace signal_hub::adapters
