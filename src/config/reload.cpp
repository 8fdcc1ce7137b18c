#include "config/reload.hpp"

#include <variant>

#include "config/options.hpp"

namespace signal_hub::config {
namespace {

/// Both are bound to the same option.
bool same(const Field& a, const Field& b) {
  return std::visit([&b](auto* value) { return *value == **std::get_if<decltype(value)>(&b); }, a);
}

void copy(const Field& from, const Field& to) {
  std::visit([&from](auto* value) { *value = **std::get_if<decltype(value)>(&from); }, to);
}

}  // namespace

std::vector<std::string> keep_frozen(const Settings& running, Settings& fresh) {
  Settings before = running;
  const bool auth_turned = running.hub.auth != fresh.hub.auth;
  const bool tls_turned = running.server.tls_cert.empty() != fresh.server.tls_cert.empty();
  std::vector<std::string> frozen;
  for (const Option& option : option_table()) {
    const bool turned = (auth_turned && option.name.starts_with("jwt-")) ||
                        (tls_turned && option.name.starts_with("tls-"));
    if (option.reloadable && !turned) continue;
    const Field old = option.bind(before);
    const Field now = option.bind(fresh);
    if (same(old, now)) continue;
    copy(old, now);
    frozen.emplace_back(option.name);
  }
  fresh.hub.auth = running.hub.auth;
  fresh.hub.persistent = running.hub.persistent;
  return frozen;
}

}  // namespace signal_hub::config
