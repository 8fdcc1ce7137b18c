#include "core/registry.hpp"

#include <algorithm>
#include <chrono>

#include "base/limits.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::core {
namespace {

constexpr Millis version_kept{std::chrono::hours{24}};

std::string to_member(std::string_view address) {
  std::string text = "\",\"to\":";
  wire::append_quoted(text, address);
  return text.append(1, ',');
}

}  // namespace

ActorId Registry::add_guest(std::string_view address, ConnId conn) {
  const ActorId id = actors_.insert();
  Actor& actor = *actors_.find(id);
  actor.address = address;
  actor.to_member = to_member(address);
  actor.conn = conn;
  return id;
}

void Registry::enlist(ActorId id, std::string_view address) {
  Actor& actor = *actors_.find(id);
  if (actor.address != address) {
    actor.address = address;
    actor.to_member = to_member(address);
  }
  actor.registered = true;
  actor.version = next_version(actor.address);
  actor.registration = ++registrations_;
  actor.token_counter = 0;
  by_address_.emplace(actor.address, id);
  by_order_.emplace(actor.address, id);
  by_registration_.emplace(actor.registration, id);
}

std::uint64_t Registry::next_version(std::string_view address) {
  std::uint64_t last = version_floor_;
  const auto retired = retired_versions_.find(address);
  if (retired != retired_versions_.end()) {
    last = std::max(last, retired->second);
    retired_versions_.erase(retired);
  }
  return last + 1;
}

void Registry::remove(ActorId id, MonoTime now) {
  const Actor* actor = actors_.find(id);
  if (actor == nullptr) return;
  if (actor->registered) {
    by_address_.erase(actor->address);
    by_order_.erase(actor->address);
    by_registration_.erase(actor->registration);
    retired_versions_[actor->address] = actor->version;
    retired_by_age_.push_back({actor->address, actor->version, now + version_kept});
  }
  actors_.erase(id);
  while (retired_by_age_.size() > limits::retired_versions) {
    version_floor_ = std::max(version_floor_, retired_by_age_.front().version);
    expire_versions(retired_by_age_.front().until);
  }
}

void Registry::expire_versions(MonoTime now) {
  while (!retired_by_age_.empty() && retired_by_age_.front().until <= now) {
    const Retired& oldest = retired_by_age_.front();
    const auto found = retired_versions_.find(oldest.address);
    // A younger removal of the same address has its own entry.
    if (found != retired_versions_.end() && found->second == oldest.version) {
      retired_versions_.erase(found);
    }
    retired_by_age_.pop_front();
  }
}

ActorId Registry::find_address(std::string_view address) const {
  const auto found = by_address_.find(address);
  return found == by_address_.end() ? ActorId{} : found->second;
}

ActorId Registry::find_registration(std::uint64_t registration) const {
  const auto found = by_registration_.find(registration);
  return found == by_registration_.end() ? ActorId{} : found->second;
}

}  // namespace signal_hub::core
