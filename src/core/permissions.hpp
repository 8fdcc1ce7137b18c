// Permissions: what a session's token lets it ask for and be called (PROTOCOL.md §9).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/authenticator.hpp"
#include "wire/requests.hpp"

namespace signal_hub::core {

enum class Capability : std::uint8_t {
  send,
  broadcast,
  publish,
  subscribe,
  register_,
  discover,
  presence,
  metrics,
  admin,
};

std::string_view name(Capability capability);

class Permissions {
 public:
  /// Without auth: everything but admin, any address.
  static Permissions open();

  /// As the token says; without the claim everything but admin, metrics and presence.
  static Permissions of(const Identity& identity);

  bool has(Capability capability) const { return ((bits_ >> index(capability)) & 1U) != 0; }

  /// May the session register `address`? Its own, those below it, and what `actors` grants.
  bool may_register(std::string_view address) const;

 private:
  static unsigned index(Capability capability) { return static_cast<unsigned>(capability); }

  std::uint32_t bits_ = 0;
  bool any_address_ = false;
  std::string own_;
  std::vector<std::string> globs_;  // over paths
};

/// The capability a request needs; nullopt: none.
std::optional<Capability> needed_for(const wire::Request& request);

}  // namespace signal_hub::core
