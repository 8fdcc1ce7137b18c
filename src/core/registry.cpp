#include "core/registry.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::core {
namespace {

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

void Registry::index(ActorId id, const Actor& actor) {
  by_address_.emplace(actor.address, id);
  by_order_.emplace(actor.address, id);
  by_registration_.emplace(actor.registration, id);
}

void Registry::mark(Actor& actor, ActorStatus status) {
  if (actor.status == ActorStatus::away) --away_;
  if (status == ActorStatus::away) ++away_;
  actor.status = status;
}

void Registry::unindex(const Actor& actor) {
  if (actor.status == ActorStatus::away) --away_;
  by_address_.erase(actor.address);
  by_order_.erase(actor.address);
  by_registration_.erase(actor.registration);
}

void Registry::enlist(ActorId id, std::string_view address) {
  Actor& actor = *actors_.find(id);
  if (actor.status == ActorStatus::dormant) dormant_.erase(actor.address);
  if (actor.address != address) {
    actor.address = address;
    actor.to_member = to_member(address);
  }
  actor.registered = true;
  actor.status = ActorStatus::online;
  actor.version = next_version(actor);
  actor.registration = ++registrations_;
  actor.token_counter = 0;
  index(id, actor);
}

ActorId Registry::restore(const ActorRow& row, std::uint64_t raise) {
  const ActorId id = add_guest(row.address, {});
  Actor& actor = *actors_.find(id);
  actor.registered = row.status != ActorStatus::dormant;
  mark(actor, actor.registered ? ActorStatus::away : ActorStatus::dormant);
  actor.identity = row.identity;
  actor.connected_as = row.connected_as;
  actor.version = row.version + raise;
  actor.capabilities = row.capabilities;
  actor.metadata = row.metadata;
  actor.session_id = row.connection_id;
  actor.registered_at = row.registered_at;
  actor.expires_at = row.expires_at;
  actor.ttl = row.ttl;
  actor.registration = row.registration;
  actor.token_counter = row.token_counter;
  actor.renew_on_heartbeat = row.renew_on_heartbeat;
  actor.acks = row.acks;
  actor.drop_oldest = row.drop_oldest;
  actor.recovered = raise != 0;
  if (actor.registered) {
    index(id, actor);
  } else {
    dormant_.emplace(actor.address, id);
  }
  return id;
}

void Registry::restore_version(std::string_view address, std::uint64_t version, MonoTime until) {
  retire(address, version, until);
}

void Registry::begin_run(std::uint64_t run, std::uint64_t floor) {
  registrations_ = run << 32U;
  version_floor_ = std::max(version_floor_, floor);
}

void Registry::delist(ActorId id) {
  Actor& actor = *actors_.find(id);
  unindex(actor);
  actor.registered = false;
  actor.status = ActorStatus::dormant;
  actor.conn = {};
  dormant_.emplace(actor.address, id);
}

std::uint64_t Registry::next_version(const Actor& actor) {
  std::uint64_t last = std::max(version_floor_, actor.version);
  const auto retired = retired_versions_.find(actor.address);
  if (retired != retired_versions_.end()) {
    last = std::max(last, retired->second);
    retired_versions_.erase(retired);
  }
  return last + 1;
}

void Registry::retire(std::string_view address, std::uint64_t version, MonoTime until) {
  retired_versions_[std::string(address)] = version;
  retired_by_age_.push_back({std::string(address), version, until});
  while (retired_by_age_.size() > limits::retired_versions) {
    version_floor_ = std::max(version_floor_, retired_by_age_.front().version);
    expire_versions(retired_by_age_.front().until);
  }
}

void Registry::remove(ActorId id, MonoTime now) {
  const Actor* actor = actors_.find(id);
  if (actor == nullptr) return;
  const bool dormant = actor->status == ActorStatus::dormant;
  if (actor->registered) unindex(*actor);
  if (dormant) dormant_.erase(actor->address);
  if (actor->registered || dormant)
    retire(actor->address, actor->version, now + limits::version_kept);
  actors_.erase(id);
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

ActorId Registry::find_dormant(std::string_view address) const {
  const auto found = dormant_.find(address);
  return found == dormant_.end() ? ActorId{} : found->second;
}

ActorId Registry::find_registration(std::uint64_t registration) const {
  const auto found = by_registration_.find(registration);
  return found == by_registration_.end() ? ActorId{} : found->second;
}

}  // namespace signal_hub::core
