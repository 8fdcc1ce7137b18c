#include "membership.hpp"

#include <algorithm>

#include "base/glob.hpp"
#include "wire/json_view.hpp"

namespace signal_hub::sim {
namespace {

std::vector<std::string> subscriptions_in(const std::string& payload) {
  std::vector<std::string> topics;
  const auto list = wire::JsonView(payload).member("subscriptions");
  if (!list || list->kind() != wire::JsonView::Kind::array) return topics;
  for (wire::ArrayCursor c(*list); c.next();) topics.push_back(c.value().string().value_or(""));
  return topics;
}

}  // namespace

void Membership::asked(Request& request, std::uint32_t link) {
  LinkRecord& record = book_.links[link];
  switch (request.kind) {
    case Kind::register_: {
      record.asked_for.insert(request.about);
      Fact& fact = registered_[request.about];
      begin_change(request, fact, true);
      holds_[request.about].push_back({request.n, link, book_.step, open_end});
      // The session's own subscriptions may go along.
      for (auto& [pattern, of_guest] : subscribed_[guest(link)]) {
        Fact& moved = subscribed_[request.about][pattern];
        request.changes.push_back({&moved, moved.begin(true, book_.step), false, true});
        request.changes.push_back({&of_guest, of_guest.begin(false, book_.step), false, true});
      }
      return;
    }
    case Kind::unregister: {
      Fact& fact = registered_[request.about];
      begin_change(request, fact, false);
      for (auto& [pattern, of_it] : subscribed_[request.about]) {
        if (!durable_.contains({request.about, pattern})) {
          begin_change(request, of_it, false);
        } else {
          endings_.push_back({no_link, request.about, &of_it, of_it.begin(false, book_.step)});
        }
      }
      return;
    }
    case Kind::subscribe: return subscription_asked(request, link, true);
    case Kind::unsubscribe: return subscription_asked(request, link, false);
    default: return;
  }
}

void Membership::begin_change(Request& request, Fact& fact, bool value) {
  const bool retried = request.handed.size() > 1 && request.began != book_.step;
  request.changes.push_back({&fact, fact.begin(value, book_.step), retried, false});
}

void Membership::settle_changes(const Request& request) {
  for (const Request::Change& c : request.changes) {
    if (c.supposed) {
      c.fact->cancel(c.mark);
    } else if (c.retried) {
      c.fact->bound(c.mark, request.answered);
    } else {
      c.fact->settle(c.mark, request.answered);
    }
  }
}

/// It is the address that subscribes if this session holds it, else the session's identity, or its
/// guest; which of them is known later.
void Membership::subscription_asked(Request& request, std::uint32_t link, bool wanted) {
  std::vector<std::string> all{request.from, guest(link)};
  const std::string& identity = book_.links[link].identity;
  if (identity != request.from) all.push_back(identity);
  for (const std::string& who : all) {
    if (request.lasting) durable_.insert({who, request.about});
    Fact& fact = subscribed_[who][request.about];
    begin_change(request, fact, wanted);
  }
}

void Membership::answered(Request& request, const std::string& payload) {
  const std::uint32_t link = request.handed.back().link;
  if (request.refused) {
    for (const Request::Change& c : request.changes) c.fact->cancel(c.mark);
    for (auto& [address, holds] : holds_) {
      for (Hold& hold : holds) hold.refused = hold.refused || hold.n == request.n;
    }
    return;
  }
  switch (request.kind) {
    case Kind::register_: return registration_answered(request, link, payload);
    case Kind::unregister: return unregistration_answered(request);
    case Kind::subscribe:
    case Kind::unsubscribe: return subscription_answered(request, link);
    case Kind::renew: return;
    default: return;
  }
}

void Membership::registration_answered(Request& request, std::uint32_t link,
                                       const std::string& payload) {
  const Step lo = request.began;
  const Step hi = request.answered;
  check_registration(request, payload);
  settle_changes(request);
  for (Hold& hold : holds_[request.about]) {
    if (hold.n == request.n) hold.settled = hi;
  }
  const auto topics = subscriptions_in(payload);
  auto& mine = subscribed_[request.about];
  for (const std::string& topic : topics) mine[topic].set(true, lo, hi, true);
  for (auto& [pattern, fact] : mine) {
    const bool held = std::find(topics.begin(), topics.end(), pattern) != topics.end();
    if (!held) fact.set(false, lo, hi, true);
  }
  // The session's own subscriptions went along with its first address.
  if (book_.links[link].identity != request.about) return;
  for (auto& [pattern, fact] : subscribed_[guest(link)]) fact.set(false, lo, hi, true);
}

void Membership::unregistration_answered(const Request& request) { settle_changes(request); }

void Membership::subscription_answered(Request& request, std::uint32_t link) {
  const Step lo = request.began;
  const Step hi = request.answered;
  const bool as_address = holder(request.from, lo, hi) == link;
  const LinkRecord& record = book_.links[link];
  const bool as_guest = request.from == record.identity && !record.asked_for.contains(request.from);
  for (std::size_t i = 0; i < request.changes.size(); ++i) {
    const Request::Change& c = request.changes[i];
    if ((i == 0 && as_address) || (i == 1 && as_guest)) {
      c.fact->settle(c.mark, hi);
    } else if (as_address || as_guest) {
      c.fact->cancel(c.mark);
    } else {
      c.fact->bound(c.mark, hi);
    }
  }
  if (request.kind == Kind::unsubscribe) told_[{link, request.about}] = hi;
}

/// Whatever ends of other sessions meant for the address, they meant it before.
void Membership::registered(std::uint32_t link, const std::string& address) {
  for (auto& [serial, record] : book_.links) record.held.erase(address);
  away_.erase(address);
  LinkRecord& record = book_.links[link];
  record.held.insert(address);
  if (!record.lives()) begin_end(link, address, record.ending);
  const auto& holds = holds_[address];
  const auto mine = std::find_if(holds.rbegin(), holds.rend(), [link](const Hold& hold) {
    return hold.link == link && !hold.refused;
  });
  if (mine == holds.rend()) return;
  bool bounded = false;
  for (const Ending& ending : endings_) {
    if (ending.address != address || ending.link == link) continue;
    ending.fact->bound(ending.mark, mine->handed - 1);
    bounded = true;
  }
  std::erase_if(endings_, [&](const Ending& ending) {
    return ending.address == address && ending.link != link;
  });
  if (bounded && mine->settled != open_end) {
    registered_[address].set(true, mine->settled, mine->settled, true);
  }
}

void Membership::away(const std::string& address, Micros at) {
  away_[address] = at;
  for (auto& [serial, record] : book_.links) record.held.erase(address);
  for (const Ending& ending : endings_) {
    if (ending.address == address && ending.link != no_link) ending.fact->cancel(ending.mark);
  }
  std::erase_if(endings_, [&](const Ending& ending) {
    return ending.address == address && ending.link != no_link;
  });
}

/// The hub counts in whole milliseconds.
void Membership::time_passed(Micros at) {
  const auto whole = [](Micros t) { return std::chrono::duration_cast<Millis>(t); };
  std::vector<std::string> over;
  for (const auto& [address, since] : away_) {
    if (whole(at) >= whole(since) + settings_.grace) over.push_back(address);
  }
  for (const std::string& address : over) end_address(address, book_.turn_began);
}

void Membership::unregistered(std::uint32_t link, const std::string& address) {
  book_.links[link].held.erase(address);
}

void Membership::moved_away(std::uint32_t link, const std::string& address) {
  book_.links[link].held.erase(address);
}

void Membership::expired(const std::string& address) {
  for (auto& [serial, record] : book_.links) record.held.erase(address);
  end_address(address, book_.turn_began);
}

bool Membership::taken_this_turn(const std::string& address) const {
  const auto holds = holds_.find(address);
  if (holds == holds_.end()) return false;
  return std::any_of(holds->second.begin(), holds->second.end(), [this](const Hold& hold) {
    return !hold.refused && hold.settled >= book_.turn_began;
  });
}

/// The address and its subscriptions ended between `lo` and now.
void Membership::end_address(const std::string& address, Step lo) {
  const bool certain = !taken_this_turn(address);
  const auto end = [&](Fact& fact) {
    fact.set(false, lo, book_.step, false);
    if (certain) fact.set(false, book_.step, book_.step, true);
  };
  end(registered_[address]);
  for (auto& [pattern, fact] : subscribed_[address]) {
    if (!durable_.contains({address, pattern})) {
      end(fact);
      continue;
    }
    endings_.push_back({no_link, address, &fact, fact.begin(false, lo)});
  }
  away_.erase(address);
}

void Membership::ending(std::uint32_t link) {
  for (const std::string& address : book_.links[link].held) {
    begin_end(link, address, book_.turn_began);
  }
  for (auto& [pattern, fact] : subscribed_[guest(link)]) {
    endings_.push_back({link, {}, &fact, fact.begin(false, book_.turn_began)});
  }
}

void Membership::begin_end(std::uint32_t link, const std::string& address, Step since) {
  const auto begin = [&](Fact& fact) {
    endings_.push_back({link, address, &fact, fact.begin(false, since)});
  };
  begin(registered_[address]);
  for (auto& [pattern, fact] : subscribed_[address]) begin(fact);
}

void Membership::over(std::uint32_t link, Step lo) {
  LinkRecord& record = book_.links[link];
  for (const std::uint32_t n : record.sequence) {
    Request& request = book_.request(n);
    if (request.answered != open_end || request.handed.back().link != link) continue;
    for (const Request::Change& c : request.changes) c.fact->bound(c.mark, book_.step - 1);
  }
  for (const Ending& ending : endings_) {
    if (ending.link == link) ending.fact->bound(ending.mark, book_.step);
  }
  std::erase_if(endings_, [link](const Ending& ending) { return ending.link == link; });
  for (const std::string& address : record.held) end_address(address, lo);
  record.held.clear();
  for (auto& [pattern, fact] : subscribed_[guest(link)]) {
    fact.set(false, book_.step, book_.step, true);
  }
}

bool Membership::certainly_registered(const std::string& address, Step from, Step to) const {
  const auto found = registered_.find(address);
  return found != registered_.end() && found->second.certainly(true, from, to);
}

bool Membership::perhaps_registered(const std::string& address, Step from, Step to) const {
  const auto found = registered_.find(address);
  return found != registered_.end() && found->second.perhaps(true, from, to);
}

std::optional<std::uint32_t> Membership::holder(const std::string& address, Step from,
                                                Step to) const {
  const auto holds = holds_.find(address);
  if (holds == holds_.end() || !certainly_registered(address, from, to)) return std::nullopt;
  const Hold* last = nullptr;
  for (const Hold& hold : holds->second) {
    if (!hold.refused && hold.settled <= from && (last == nullptr || hold.handed > last->handed)) {
      last = &hold;
    }
  }
  if (last == nullptr) return std::nullopt;
  for (const Hold& hold : holds->second) {
    const bool perhaps_later = hold.settled >= last->handed && hold.handed <= to;
    if (!hold.refused && hold.link != last->link && perhaps_later) return std::nullopt;
  }
  const LinkRecord& record = book_.links.at(last->link);
  if (record.ending <= to || !record.held.contains(address)) return std::nullopt;
  return last->link;
}

std::vector<std::string> Membership::addresses() const {
  std::vector<std::string> all;
  for (const auto& [address, fact] : registered_) all.push_back(address);
  return all;
}

std::vector<std::string> Membership::subscribers() const {
  std::vector<std::string> all;
  for (const auto& [who, patterns] : subscribed_) all.push_back(who);
  return all;
}

bool Membership::certainly_subscribed(const std::string& who, const std::string& topic, Step from,
                                      Step to) const {
  const auto found = subscribed_.find(who);
  if (found == subscribed_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](const auto& entry) {
    return glob_match(entry.first, topic) && entry.second.certainly(true, from, to);
  });
}

bool Membership::perhaps_subscribed(const std::string& who, const std::string& topic, Step from,
                                    Step to) const {
  const auto found = subscribed_.find(who);
  if (found == subscribed_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](const auto& entry) {
    return glob_match(entry.first, topic) && entry.second.perhaps(true, from, to);
  });
}

bool Membership::perhaps_subscribed_on(std::uint32_t link, const std::string& who,
                                       const std::string& topic, Step from, Step to) const {
  const auto found = subscribed_.find(who);
  if (found == subscribed_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](const auto& entry) {
    const auto told = told_.find({link, entry.first});
    const Step since = told == told_.end() ? from : std::max(from, told->second);
    return glob_match(entry.first, topic) && entry.second.perhaps(true, since, to);
  });
}

}  // namespace signal_hub::sim
