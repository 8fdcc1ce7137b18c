// Registry: actors by id, address and registration; versions that never go backwards
// (PROTOCOL.md §3, §4).
//
// Finding an address, registered or dormant, is O(1); listings walk the addresses in byte order.
// Knows nothing of sessions and topics: whoever removes an actor first takes it out of those.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/slot_map.hpp"
#include "base/string_map.hpp"
#include "core/actor.hpp"

namespace signal_hub::core {

class Registry {
 public:
  /// A guest of `conn`: has an address but is not registered.
  ActorId add_guest(std::string_view address, ConnId conn);

  /// Makes a guest or dormant actor a registered one under `address` with a new registration and
  /// the next version. REQUIRES: the address is free.
  void enlist(ActorId id, std::string_view address);

  /// Puts a recovered actor back, as the row says: registered or dormant. The versions of a run
  /// that crashed continue `raise` higher. REQUIRES: the address is free.
  ActorId restore(const ActorRow& row, std::uint64_t raise);

  /// A removed address's version, from the run before.
  void restore_version(std::string_view address, std::uint64_t version, MonoTime until);

  /// Registrations and versions of this run; `floor` is at least every version that was lost.
  void begin_run(std::uint64_t run, std::uint64_t floor);

  /// The registration ends, the actor stays as a dormant one.
  void delist(ActorId id);

  /// A registered actor goes away or comes back.
  void mark(Actor& actor, ActorStatus status);

  /// The next version of a registered actor's address.
  static void bump_version(Actor& actor) { ++actor.version; }

  /// Forgets the actor; a registered one's version is kept for `now` + 24 h. Unknown: ignored.
  void remove(ActorId id, MonoTime now);

  Actor* find(ActorId id) { return actors_.find(id); }
  const Actor* find(ActorId id) const { return actors_.find(id); }
  void prefetch(ActorId id) const { actors_.prefetch(id, Actor::hot_bytes); }
  ActorId find_address(std::string_view address) const;  // registered ones
  ActorId find_dormant(std::string_view address) const;
  ActorId find_registration(std::uint64_t registration) const;

  std::size_t size() const { return by_address_.size(); }

  std::size_t away() const { return away_; }
  std::size_t dormant() const { return dormant_.size(); }

  /// Registered actors in byte order of their addresses.
  using ByAddress = std::map<std::string_view, ActorId>;
  const ByAddress& by_address() const { return by_order_; }

  /// Every actor, guests included, in no order. f must not add or remove any.
  template <class F>
  void for_each(F&& f) {
    actors_.for_each(f);
  }

  /// Every actor, guests included, from `from` on, as SlotMap::walk().
  template <class F>
  std::optional<std::uint32_t> walk(std::uint32_t from, std::size_t most, F&& f) const {
    return actors_.walk(from, most, f);
  }

  /// Removed addresses whose versions are kept: f(address, version, until).
  template <class F>
  void for_each_retired(F&& f) const {
    for (const Retired& r : retired_by_age_) f(r.address, r.version, r.until);
  }

  /// Forgets versions of addresses removed more than 24 h ago.
  void expire_versions(MonoTime now);

 private:
  std::uint64_t next_version(const Actor& actor);
  void index(ActorId id, const Actor& actor);
  void unindex(const Actor& actor);
  void retire(std::string_view address, std::uint64_t version, MonoTime until);

  SlotMap<Actor, ActorId> actors_;
  std::unordered_map<std::string_view, ActorId, TextHash> by_address_;  // views of Actor::address
  ByAddress by_order_;
  std::unordered_map<std::uint64_t, ActorId> by_registration_;
  std::unordered_map<std::string_view, ActorId, TextHash> dormant_;  // views of Actor::address
  std::uint64_t registrations_ = 0;
  std::size_t away_ = 0;

  struct Retired {
    std::string address;
    std::uint64_t version;
    MonoTime until;
  };
  StringMap<std::uint64_t> retired_versions_;
  std::deque<Retired> retired_by_age_;
  std::uint64_t version_floor_ = 0;  // at least every version that was forgotten for lack of room
};

}  // namespace signal_hub::core
