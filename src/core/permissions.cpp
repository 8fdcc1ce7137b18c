#include "core/permissions.hpp"

#include <algorithm>
#include <array>

#include "base/glob.hpp"
#include "wire/address.hpp"

namespace signal_hub::core {
namespace {

constexpr std::array<std::string_view, 9> names{"send",      "broadcast", "publish",
                                                "subscribe", "register",  "discover",
                                                "presence",  "metrics",   "admin"};

constexpr std::uint32_t bit(Capability c) { return 1U << static_cast<unsigned>(c); }

constexpr std::uint32_t all = (1U << names.size()) - 1;
constexpr std::uint32_t all_but_admin = all & ~bit(Capability::admin);
constexpr std::uint32_t by_default =
    all_but_admin & ~bit(Capability::metrics) & ~bit(Capability::presence);

std::uint32_t bits_of(const std::vector<std::string>& capabilities) {
  std::uint32_t bits = 0;
  for (const std::string& text : capabilities) {
    if (text == "*") bits |= all_but_admin;
    const auto* found = std::find(names.begin(), names.end(), text);
    if (found != names.end()) bits |= 1U << static_cast<unsigned>(found - names.begin());
  }
  return bits;
}

struct Needs {
  using Need = std::optional<Capability>;
  Need operator()(const wire::Register&) const { return Capability::register_; }
  Need operator()(const wire::Discover&) const { return Capability::discover; }
  Need operator()(const wire::ListActors&) const { return Capability::discover; }
  Need operator()(const wire::Send&) const { return Capability::send; }
  Need operator()(const wire::Broadcast&) const { return Capability::broadcast; }
  Need operator()(const wire::Subscribe&) const { return Capability::subscribe; }
  Need operator()(const wire::Publish&) const { return Capability::publish; }
  Need operator()(const wire::Metrics&) const { return Capability::metrics; }
  // What ends or keeps what a session already has is never withheld from it.
  template <class Other>
  Need operator()(const Other&) const {
    return std::nullopt;
  }
};

}  // namespace

std::string_view name(Capability capability) { return names[static_cast<std::size_t>(capability)]; }

Permissions Permissions::open() {
  Permissions p;
  p.bits_ = all_but_admin;
  p.any_address_ = true;
  return p;
}

Permissions Permissions::of(const Identity& identity) {
  Permissions p;
  p.bits_ = identity.capabilities ? bits_of(*identity.capabilities) : by_default;
  p.own_ = identity.address;
  p.globs_ = identity.actors;
  return p;
}

bool Permissions::may_register(std::string_view address) const {
  if (any_address_ || wire::is_at_or_below(address, own_)) return true;
  const std::string_view path = wire::path_of(address);
  return std::any_of(globs_.begin(), globs_.end(),
                     [path](const std::string& glob) { return glob_match(glob, path); });
}

std::optional<Capability> needed_for(const wire::Request& request) {
  return std::visit(Needs{}, request);
}

}  // namespace signal_hub::core
