#include "config/validate.hpp"

#include <algorithm>
#include <string_view>

#include "base/cidr.hpp"
#include "base/listen_address.hpp"

namespace signal_hub::config {
namespace {

using Complaint = std::optional<std::string>;

bool is_address(std::string_view text) {
  if (text.size() < 4 || !text.starts_with("@(") || !text.ends_with(')')) return false;
  const std::string_view path = text.substr(2, text.size() - 3);
  return path.size() <= 256 && std::all_of(path.begin(), path.end(), [](char c) {
           return static_cast<unsigned char>(c) > 0x1f && c != '(' && c != ')' && c != '*';
         });
}

Complaint check_listening(const ServerSettings& s, bool auth) {
  for (const std::string& text : s.listen) {
    const auto address = parse_listen_address(text);
    if (!address) return "--listen: " + address.error() + ".";
    if (!auth && !s.insecure && !address->is_loopback()) {
      return "--listen " + text +
             " is reachable from other machines, but no key is configured: give "
             "--jwt-secret-file or --jwt-public-key, or --insecure to allow everybody in.";
    }
  }
  for (const std::string& proxy : s.trusted_proxy) {
    if (!Cidr::parse(proxy)) {
      return "--trusted-proxy \"" + proxy + "\" is no address or CIDR block such as 10.0.0.0/8.";
    }
  }
  if (s.tls_cert.empty() != s.tls_key.empty()) {
    return "--tls-cert and --tls-key go together: give both or none.";
  }
  if (s.compression) {
    return "--compression is not available: permessage-deflate is broken in libwebsockets before "
           "4.3.3, with which this hub is built.";
  }
  return std::nullopt;
}

Complaint check_pairs(const HubSettings& h) {
  if (h.resume_threshold > h.pause_threshold && h.pause_threshold != 0) {
    return "--resume-threshold must not be above --pause-threshold.";
  }
  if (h.actor_ttl > h.actor_ttl_max) return "--actor-ttl must not be above --actor-ttl-max.";
  if (h.ping_interval != 0ms && h.idle_timeout != 0ms && h.ping_interval >= h.idle_timeout) {
    return "--ping-interval must be below --idle-timeout, or healthy clients are dropped.";
  }
  if (h.max_queue_bytes != 0 && h.max_message_size != 0 && h.max_queue_bytes < h.max_message_size) {
    return "--max-queue-bytes must not be below --max-message-size.";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> validate(Settings& settings) {
  settings.hub.auth =
      !settings.server.jwt_secret_file.empty() || !settings.server.jwt_public_key.empty();
  if (!is_address(settings.hub.hub_address)) {
    return "--hub-address must be @(path), path 1 to 256 bytes without parentheses, control "
           "characters and `*`.";
  }
  if (auto complaint = check_listening(settings.server, settings.hub.auth)) return complaint;
  return check_pairs(settings.hub);
}

}  // namespace signal_hub::config
