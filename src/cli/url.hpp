// Where a hub is: `ws://HOST[:PORT][/PATH]`, `wss://…`, or `unix:PATH` as a hub's log prints it.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace signal_hub::cli {

struct HubUrl {
  std::string host;  // without brackets; the path of a unix socket
  std::string path;  // of the request, query included
  std::uint16_t port = 0;
  bool tls = false;
  bool unix_socket = false;

  /// What belongs into the Host header: with the port unless it is the scheme's own.
  std::string authority() const;
};

/// Errors: a sentence that says what is wrong and what is allowed.
Result<HubUrl> parse_hub_url(const std::string& text);

}  // namespace signal_hub::cli
