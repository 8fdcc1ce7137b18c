#include "adapters/ws/access.hpp"

#include <algorithm>
#include <cctype>

namespace signal_hub::adapters {
namespace {

using core::RefusalReason;

constexpr std::string_view json_protocol = "signal-hub.v1.json";
constexpr int bad_request = 400;
constexpr int forbidden = 403;
constexpr int not_found = 404;
constexpr int method_not_allowed = 405;
constexpr int upgrade_required = 426;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// 16 bytes in base64: 22 characters of the alphabet and `==` (RFC 6455 §4.1).
bool valid_key(std::string_view key) {
  constexpr std::size_t length = 24;
  if (key.size() != length || !key.ends_with("==")) return false;
  return std::all_of(key.begin(), key.end() - 2,
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '+' || c == '/'; });
}

bool offers_known(std::string_view protocols) {
  if (trim(protocols).empty()) return true;
  while (!protocols.empty()) {
    const std::size_t comma = std::min(protocols.find(','), protocols.size());
    if (trim(protocols.substr(0, comma)) == json_protocol) return true;
    protocols.remove_prefix(std::min(comma + 1, protocols.size()));
  }
  return false;
}

/// The host of an Origin such as `https://example.org:8443`; empty for `null` and nonsense.
std::string origin_host(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  return scheme == std::string_view::npos ? std::string() : host_of(origin.substr(scheme + 3));
}

std::optional<Refusal> refuse_origin(const UpgradeRequest& r, const ServerSettings& settings,
                                     bool auth, const std::vector<std::string>& listen_hosts) {
  const auto& allowed = settings.allow_origin;
  if (!allowed.empty()) {
    const bool known = std::find(allowed.begin(), allowed.end(), r.origin) != allowed.end();
    if (!r.has_origin || known) return std::nullopt;
    return Refusal{forbidden, RefusalReason::origin,
                   "This Origin is not among those given with --allow-origin."};
  }
  if (auth) return std::nullopt;
  if (r.has_origin && !is_loopback_host(origin_host(r.origin))) {
    return Refusal{forbidden, RefusalReason::origin,
                   "Without authentication only pages from this machine may connect; use "
                   "--allow-origin."};
  }
  const std::string host = host_of(r.host);
  const bool ours = std::find(listen_hosts.begin(), listen_hosts.end(), host) != listen_hosts.end();
  if (is_loopback_host(host) || ours) return std::nullopt;
  return Refusal{forbidden, RefusalReason::origin,
                 "The Host header names neither this machine nor a listen address."};
}

}  // namespace

std::string host_of(std::string_view authority) {
  authority = authority.substr(0, authority.find('/'));
  if (authority.starts_with('[')) {
    const std::size_t end = std::min(authority.find(']'), authority.size());
    return lower(authority.substr(1, end - 1));
  }
  return lower(authority.substr(0, authority.find(':')));
}

bool is_loopback_host(std::string_view host) {
  return host == "localhost" || host == "::1" || host.ends_with(".localhost") ||
         (host.starts_with("127.") && address_bytes(host));
}

std::optional<Refusal> refuse_upgrade(const UpgradeRequest& r, const ServerSettings& settings,
                                      bool auth, const std::vector<std::string>& listen_hosts) {
  if (lower(r.upgrade) != "websocket") {
    return Refusal{bad_request, RefusalReason::handshake,
                   "Only an upgrade to websocket is offered."};
  }
  if (r.path != "/" && r.path != "/ws") {
    return Refusal{not_found, RefusalReason::handshake, "WebSockets are served at /ws and /."};
  }
  if (!r.is_get)
    return Refusal{method_not_allowed, RefusalReason::handshake,
                   "A WebSocket handshake is a GET request."};
  if (r.version != "13") {
    return Refusal{upgrade_required, RefusalReason::handshake, "Sec-WebSocket-Version must be 13."};
  }
  if (!valid_key(r.key)) {
    return Refusal{bad_request, RefusalReason::handshake,
                   "Sec-WebSocket-Key must be 16 bytes in base64."};
  }
  if (r.host.empty())
    return Refusal{bad_request, RefusalReason::handshake, "The Host header is missing."};
  if (!offers_known(r.protocols)) {
    return Refusal{bad_request, RefusalReason::handshake,
                   "None of the offered subprotocols is known; this hub speaks "
                   "signal-hub.v1.json."};
  }
  return refuse_origin(r, settings, auth, listen_hosts);
}

std::string client_address(std::string_view peer, std::string_view forwarded_for,
                           const std::vector<Cidr>& trusted) {
  const auto is_trusted = [&trusted](std::string_view address) {
    return std::any_of(trusted.begin(), trusted.end(),
                       [address](const Cidr& cidr) { return cidr.contains(address); });
  };
  std::string_view client = peer;
  while (is_trusted(client) && !forwarded_for.empty()) {
    const std::size_t comma = forwarded_for.rfind(',');
    const bool last = comma == std::string_view::npos;
    const std::string_view hop = trim(forwarded_for.substr(last ? 0 : comma + 1));
    forwarded_for = forwarded_for.substr(0, last ? 0 : comma);
    if (!address_bytes(hop)) break;  // whoever wrote this is not to be believed further
    client = hop;
  }
  return std::string(client);
}

}  // namespace signal_hub::adapters
