// What the disk must have, and what a restart makes of it.
#include <algorithm>

#include "membership.hpp"
#include "wire/json_view.hpp"

namespace signal_hub::sim {
namespace {

constexpr std::size_t topics_listed = 100;

}  // namespace

void Membership::died() {
  for (auto& [address, fact] : registered_) fact.close(book_.step);
  for (auto& [who, patterns] : subscribed_) {
    for (auto& [pattern, fact] : patterns) fact.close(book_.step);
  }
  for (auto& [serial, record] : book_.links) record.held.clear();
  holds_.clear();
  endings_.clear();
  away_.clear();
}

void Membership::restored(const Disk& disk, WallTime wall, Micros at) {
  const Step now = book_.step;
  for (const auto& [address, row] : disk.actors()) registered_[address];
  for (auto& [address, fact] : registered_) {
    const core::ActorRow* row = disk.actor(address);
    const bool lives = disk.is_registered(address) && row->expires_at > wall;
    fact.set(lives, now, now, true);
    if (lives) away_[address] = at;
  }
  for (auto& [who, patterns] : subscribed_) {
    const core::ActorRow* row = disk.actor(who);
    for (auto& [pattern, fact] : patterns) {
      const bool there = row != nullptr && disk.is_subscribed(who, pattern);
      fact.set(there, now, now, true);
      // Of those not registered only durable ones stay, for a time nobody tells.
      if (there && !away_.contains(who)) {
        endings_.push_back({no_link, who, &fact, fact.begin(false, now)});
      }
    }
  }
}

void Membership::check_disk(const Disk& disk, Step there, Step gone) const {
  const Step now = book_.step;
  const auto check = [&](const std::string& what, const Fact& fact, bool found) {
    const Step since = found ? gone : there;
    if (!fact.certainly(!found, since, now)) return;
    book_.fail(what + (found ? " is on disk, but was removed" : " is not on disk") +
               "; certain since step " + std::to_string(since));
  };
  for (const auto& [address, fact] : registered_) {
    check(address, fact, disk.is_registered(address));
  }
  for (const auto& [who, patterns] : subscribed_) {
    if (who.starts_with("guest")) continue;
    for (const auto& [pattern, fact] : patterns) {
      check("the subscription of " + who + " to " + pattern, fact,
            disk.is_subscribed(who, pattern));
    }
  }
}

void Membership::check_durable(const Request& request, std::uint32_t link, const Disk& disk) const {
  const auto bad = [&] { book_.fail("answered, but not on disk: " + describe(request)); };
  const Step lo = request.began;
  const Step hi = request.answered;
  const auto number = wire::JsonView(request.answer).member("version");
  switch (request.kind) {
    case Kind::register_: {
      if (!registered_.at(request.about).never_became(false, lo, hi)) return;
      const core::ActorRow* row = disk.actor(request.about);
      const auto version = static_cast<std::uint64_t>(number ? number->integer().value_or(0) : 0);
      return row == nullptr || row->version < version ? bad() : void();
    }
    case Kind::unregister:
      if (!registered_.at(request.about).never_became(true, lo, hi)) return;
      return disk.is_registered(request.about) ? bad() : void();
    case Kind::subscribe:
    case Kind::unsubscribe: {
      if (holder(request.from, lo, hi) != link) return;
      const bool wanted = request.kind == Kind::subscribe;
      const auto who = subscribed_.find(request.from);
      if (who == subscribed_.end()) return;
      const auto fact = who->second.find(request.about);
      if (fact == who->second.end() || !fact->second.never_became(!wanted, lo, hi)) return;
      return disk.is_subscribed(request.from, request.about) != wanted ? bad() : void();
    }
    default: return;
  }
}

/// Whoever comes back to a registration is told so, and which subscriptions it has.
void Membership::check_registration(const Request& request, const std::string& payload) const {
  if (request.handed.size() > 1) return;
  const Step before = request.began - 1;
  const Step now = request.answered;
  const bool there = certainly_registered(request.about, before, now);
  const auto resumed = wire::JsonView(payload).member("resumed");
  if (there && !(resumed && resumed->boolean().value_or(false))) {
    return book_.fail("registered afresh, but certainly there: " + describe(request));
  }
  const auto list = wire::JsonView(payload).member("subscriptions");
  if (!list || list->kind() != wire::JsonView::Kind::array) return;
  std::set<std::string> listed;
  for (wire::ArrayCursor c(*list); c.next();) listed.insert(c.value().string().value_or(""));
  const auto mine = subscribed_.find(request.about);
  if (mine == subscribed_.end() || listed.size() >= topics_listed) return;
  for (const auto& [pattern, fact] : mine->second) {
    if (there && fact.certainly(true, before, now) && !listed.contains(pattern)) {
      book_.fail("its subscription to " + pattern + " is gone: " + describe(request));
    }
  }
}

}  // namespace signal_hub::sim
