// Who may open a WebSocket, by what the HTTP request says (PROTOCOL.md §1, §6, §9). Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cidr.hpp"
#include "base/settings.hpp"
#include "core/stats.hpp"

namespace signal_hub::adapters {

/// The headers of an upgrade request; empty where absent.
struct UpgradeRequest {
  bool is_get = false;
  bool has_origin = false;
  std::string path;
  std::string upgrade;
  std::string version;    // Sec-WebSocket-Version
  std::string key;        // Sec-WebSocket-Key
  std::string protocols;  // Sec-WebSocket-Protocol
  std::string origin;
  std::string host;
};

struct Refusal {
  int status;
  core::RefusalReason kind;
  std::string reason;  // one sentence for the response's body
};

/// The host part of `host[:port]` or `[v6]:port`, lower-cased, without brackets.
std::string host_of(std::string_view authority);

bool is_loopback_host(std::string_view host);

/// Nullopt: the upgrade may go on. `listen_hosts` are the hosts of the listen addresses.
std::optional<Refusal> refuse_upgrade(const UpgradeRequest& request, const ServerSettings& settings,
                                      bool auth, const std::vector<std::string>& listen_hosts);

/// The client's address: the peer's, or behind trusted proxies the last untrusted one of
/// X-Forwarded-For.
std::string client_address(std::string_view peer, std::string_view forwarded_for,
                           const std::vector<Cidr>& trusted);

}  // namespace signal_hub::adapters
