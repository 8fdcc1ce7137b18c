#include "deliveries.hpp"

#include <algorithm>

namespace signal_hub::sim {
namespace {

/// The number every message of the simulated clients carries.
std::optional<std::uint32_t> number_in(const Message& message) {
  const auto n = message.number_of("n");
  if (!n || *n < 0) return std::nullopt;
  return static_cast<std::uint32_t>(*n);
}

}  // namespace

const Request* Deliveries::emitted(LinkRecord& link, const Message& message, std::uint64_t end) {
  const auto n = number_in(message);
  if (!n || *n >= book_.requests.size() || book_.request(*n).handed.empty()) {
    book_.fail("a delivery of nobody's message: " + message.text);
    return nullptr;
  }
  const Request& request = book_.request(*n);
  check_content(link, request, message);
  check_recipient(link, request, message);
  const bool reliable = message.metadata_text("deliveryId").has_value();
  const bool only_so = request.reliable && request.kind == Kind::send;
  if (reliable != only_so && !(reliable && request.reliable)) {
    book_.fail("at another level than was asked for: " + message.text);
  }
  if (reliable) return &request;
  check_once(link, request, message);
  copies_[{*n, message.to}].push_back({link.link, end, book_.run});
  check_order(link, request, message);
  fulfil(link, request, message.to);
  return nullptr;
}

void Deliveries::check_content(const LinkRecord& link, const Request& request,
                               const Message& message) {
  const auto bad = [&](std::string_view what) {
    book_.fail(std::string(what) + " on link " + std::to_string(link.link->serial) + ": " +
               message.text + "\n  of " + describe(request));
  };
  if (!request.is_message()) return bad("a delivery of no message");
  if (message.payload != request.data) return bad("changed on the way");
  if (message.type != "sim:note") return bad("another type");
  // Another address than its own is replaced by the session's identity.
  const auto may_speak_as = [&](const Request::Handover& h) {
    const LinkRecord& sender = book_.links.at(h.link);
    return message.from == sender.identity || sender.asked_for.contains(message.from);
  };
  if (!std::any_of(request.handed.begin(), request.handed.end(), may_speak_as)) {
    return bad("from somebody else");
  }
  if (request.kind == Kind::publish && message.metadata_text("topic") != request.about) {
    return bad("under another topic");
  }
  if (request.kind == Kind::send &&
      message.metadata_text("originalMessageId") != "m" + std::to_string(request.n)) {
    return bad("without its own id");
  }
}

/// A session may subscribe under an address that another has registered: these are two recipients.
void Deliveries::check_once(const LinkRecord& link, const Request& request,
                            const Message& message) {
  const auto found = copies_.find({request.n, message.to});
  if (found == copies_.end() || (book_.forgetful && request.handed.size() > 1)) return;
  if (request.perhaps_anew) return;
  // A publication that the store refused may be in work again.
  if (request.reliable && book_.store_refuses && request.handed.size() > 1) return;
  const bool across_runs = request.handed.front().run != request.handed.back().run;
  for (const Copy& copy : found->second) {
    if (copy.run != book_.run || across_runs) continue;
    const bool other = copy.link != link.link;
    // A lost link takes along what it had not sent; a stored message comes again.
    const bool stored = request.is_stored() || (request.ask && request.answered == open_end);
    const bool lost = !copy.with_kernel();
    if (other && (stored || lost) && !book_.links.at(copy.link->serial).lives()) continue;
    // Or ends the frame that was on its way when it was displaced.
    if (other && stored && !link.lives()) continue;
    if (perhaps_to_guest(request, *copy.link) || perhaps_to_guest(request, *link.link)) continue;
    std::string what = "delivered twice, on links " + std::to_string(copy.link->serial) + " and " +
                       std::to_string(link.link->serial) + ": " + message.text + "\n  of " +
                       describe(request);
    if (!other || !stored) return book_.fail(std::move(what));
    // A session displaced in this turn may have had it on its way; the log says so at its end.
    doubled_.push_back({copy.link->serial, std::move(what)});
  }
}

bool Deliveries::perhaps_to_guest(const Request& request, const Link& link) const {
  return request.kind == Kind::publish &&
         membership_.perhaps_subscribed(Membership::guest(link.serial), request.about,
                                        request.began, book_.step);
}

void Deliveries::check_recipient(LinkRecord& link, const Request& request, const Message& message) {
  const Step since = request.began;
  const Step now = book_.step;
  const std::uint32_t serial = link.link->serial;
  const bool registers = link.asked_for.contains(message.to);
  const bool is_guest = message.to == link.identity;  // or one it registered first
  bool meant = registers || is_guest;
  switch (request.kind) {
    case Kind::send:
      meant = meant && message.to == request.about &&
              membership_.perhaps_registered(message.to, since, now);
      break;
    case Kind::broadcast:
      meant = meant && membership_.perhaps_registered(message.to, since, now) &&
              !(request.exclude_self && message.to == request.from && message.from == request.from);
      break;
    default:
      meant = meant &&
              (membership_.perhaps_subscribed_on(serial, message.to, request.about, since, now) ||
               membership_.perhaps_subscribed_on(serial, Membership::guest(serial), request.about,
                                                 since, now));
  }
  if (meant) return;
  book_.fail("not for link " + std::to_string(serial) + " at step " + std::to_string(now) + ": " +
             message.text + "\n  of " + describe(request));
}

void Deliveries::check_order(LinkRecord& link, const Request& request, const Message& message) {
  if (request.priority != 1) return;  // it may go before others
  const bool across_runs = request.handed.front().run != request.handed.back().run;
  const bool refused = request.reliable && book_.store_refuses;
  const bool again = book_.forgetful || across_runs || refused || request.perhaps_anew;
  const bool once = request.handed.size() == 1 || !again;
  if (request.kind == Kind::publish && once && !perhaps_to_guest(request, *link.link)) {
    const std::string stream = std::to_string(link.link->serial) + " " + message.to;
    orders_[std::to_string(book_.run) + " " + request.about][stream].push_back(request.n);
  }
  if (request.handed.size() > 1 || perhaps_to_guest(request, *link.link)) return;
  const Request::Handover& handed = request.handed.front();
  std::size_t& last = link.last_from[{handed.link, message.to}];
  if (handed.place < last) {
    const std::uint32_t later = book_.links.at(handed.link).sequence[last];
    book_.fail("overtaken by a later one of its sender on link " +
               std::to_string(link.link->serial) + ": " + message.text + "\n  of " +
               describe(request) + "\n  by " + describe(book_.request(later)));
  }
  last = std::max(last, handed.place);
}

void Deliveries::fulfil(LinkRecord& link, const Request& request, const std::string& to) {
  auto& owed = link.obligations;
  std::erase_if(owed, [&](const Obligation& o) { return o.n == request.n && o.to == to; });
  for (const Obligation& o : owed) {
    if (o.to != to || o.since >= request.began || !is_owed(o)) continue;
    skipped_.push_back("skipped on link " + std::to_string(link.link->serial) + " before " +
                       describe(request) + "\n  skipped: " + describe(book_.request(o.n)));
  }
}

/// What waits in a mailbox goes with the registration or the subscription it came by.
bool Deliveries::is_owed(const Obligation& o) const {
  const Request& request = book_.request(o.n);
  const Step now = book_.step;
  if (request.kind != Kind::publish) return membership_.certainly_registered(o.to, o.since, now);
  return membership_.certainly_subscribed(o.to, request.about, o.since, now);
}

void Deliveries::turn_ended(bool mail_dropped) {
  if (mail_dropped) {
    for (auto& [serial, link] : book_.links) link.obligations.clear();
    mail_dropped_ = book_.step;
  } else if (!skipped_.empty()) {
    book_.fail(skipped_.front());
  }
  skipped_.clear();
  for (Doubled& d : doubled_) {
    if (book_.links.at(d.first_link).lives()) book_.fail(std::move(d.what));
  }
  doubled_.clear();
}

void Deliveries::conclude(Request& request) {
  if (book_.forgetful && request.handed.size() > 1) return;
  if (request.refused) {
    if (request.kind == Kind::send) conclude_send(request);
    return;
  }
  if (request.kind == Kind::send) conclude_send(request);
  if (request.kind == Kind::broadcast || request.kind == Kind::publish) conclude_to_many(request);
}

void Deliveries::conclude_send(const Request& request) {
  if (request.is_stored()) return;
  if (request.refused) {
    if (request.answer_type != "hub:unknown_actor") return;
    const auto held = membership_.holder(request.about, request.began, request.answered);
    if (held) book_.fail("unknown, but certainly there: " + describe(request));
    return;
  }
  const auto copy = copies_.find({request.n, request.about});
  if (copy == copies_.end()) return book_.fail("delivered, but never sent: " + describe(request));
  const bool with_kernel = std::any_of(copy->second.begin(), copy->second.end(),
                                       [](const Copy& c) { return c.link->accepted >= c.end; });
  if (!with_kernel) book_.fail("delivered, but not with the kernel: " + describe(request));
}

void Deliveries::conclude_to_many(const Request& request) {
  if (wire::JsonView(request.answer).member("duplicate")) return;  // as it was then
  const auto all = recipients(request, request.answered);
  const auto count = [&request](std::string_view name) {
    const auto value = wire::JsonView(request.answer).member(name);
    return static_cast<std::size_t>(value ? value->integer().value_or(0) : 0);
  };
  const std::size_t told =
      request.kind == Kind::publish
          ? count("subscriberCount")
          : count("deliveredCount") + count("queuedCount") + count("failedCount");
  if (told < all.certain.size() || told > all.possible) {
    std::string what = "counts " + std::to_string(told) + " recipients of at most " +
                       std::to_string(all.possible) + ", certainly there were";
    for (const std::string& who : all.certain) what += " " + who;
    book_.fail(what + ": " + describe(request));
  }
  oblige_all(request, request.answered);
}

/// The sender's own address, which may be any that its session registered first.
bool Deliveries::perhaps_excluded(const Request& request, const std::string& address) const {
  if (!request.exclude_self) return false;
  const LinkRecord& sender = book_.links.at(request.handed.back().link);
  return address == request.from || sender.asked_for.contains(address);
}

/// How many recipients there certainly and possibly were.
Deliveries::Recipients Deliveries::recipients(const Request& request, Step until) const {
  const Step since = request.began;
  Recipients all;
  if (request.kind == Kind::broadcast) {
    for (const std::string& address : membership_.addresses()) {
      if (!perhaps_excluded(request, address) &&
          membership_.certainly_registered(address, since, until)) {
        all.certain.push_back(address);
      }
      if (membership_.perhaps_registered(address, since, until)) ++all.possible;
    }
    return all;
  }
  for (const std::string& who : membership_.subscribers()) {
    if (membership_.certainly_subscribed(who, request.about, since, until)) {
      all.certain.push_back(who);
    }
    if (membership_.perhaps_subscribed(who, request.about, since, until)) ++all.possible;
  }
  return all;
}

void Deliveries::oblige_all(const Request& request, Step until) {
  if (request.reliable) return;  // for whom it is stored, others watch
  const Step since = request.began;
  if (request.kind == Kind::publish) {
    for (const auto& [serial, link] : book_.links) {
      if (link.ending <= until) continue;
      const std::string who = Membership::guest(serial);
      if (membership_.certainly_subscribed(who, request.about, since, until)) {
        oblige(request, link.identity, serial, until);
      }
    }
  }
  for (const std::string& address : membership_.addresses()) {
    const bool meant = request.kind == Kind::send ? address == request.about
                       : request.kind == Kind::broadcast
                           ? !perhaps_excluded(request, address)
                           : membership_.certainly_subscribed(address, request.about, since, until);
    if (!meant) continue;
    if (const auto link = membership_.holder(address, since, until)) {
      oblige(request, address, *link, until);
    }
  }
}

void Deliveries::oblige(const Request& request, const std::string& to, std::uint32_t link,
                        Step until) {
  if (copies_.contains({request.n, to}) || mail_dropped_ >= request.began) return;
  book_.links.at(link).obligations.push_back({request.n, to, until});
}

void Deliveries::resolve(LinkRecord& link, const Request& request) {
  const std::uint32_t serial = link.link->serial;
  const auto place = std::find_if(request.handed.begin(), request.handed.end(),
                                  [serial](const auto& h) { return h.link == serial; });
  if (place == request.handed.end()) return;
  for (; link.resolved < place->place; ++link.resolved) {
    const Request& tell = book_.request(link.sequence[link.resolved]);
    const bool once = tell.handed.size() == 1;
    if (!tell.ask && once && tell.is_message() && !tell.refused && tell.run == book_.run) {
      oblige_all(tell, request.answered);
    }
  }
}

/// Stored, and then either delivered whole or said to be dead.
bool Deliveries::is_settled(const Request& request) const {
  if (request.reliable) return true;  // that is for others to say
  const auto copies = copies_.find({request.n, request.about});
  return request.dead ||
         (copies != copies_.end() && std::any_of(copies->second.begin(), copies->second.end(),
                                                 [](const Copy& c) { return c.with_kernel(); }));
}

void Deliveries::check_disk(const Disk& disk) const {
  for (const Request& request : book_.requests) {
    if (!request.is_stored() || is_settled(request)) continue;
    if (disk.holds_message("m" + std::to_string(request.n))) continue;
    book_.fail("stored, but not on disk after the end: " + describe(request));
  }
}

void Deliveries::check_complete(const Disk& disk, bool persistent) const {
  for (const Request& request : book_.requests) {
    if (!request.is_stored() || is_settled(request)) continue;
    if (!persistent) continue;
    const bool there = membership_.holder(request.about, book_.step, book_.step).has_value();
    if (there || !disk.holds_message("m" + std::to_string(request.n))) {
      book_.fail("stored, never delivered and not dead: " + describe(request));
    }
  }
  for (const auto& [serial, link] : book_.links) {
    if (!link.lives() || !link.link->client_end) continue;
    for (const Obligation& o : link.obligations) {
      if (!is_owed(o)) continue;
      book_.fail("link " + std::to_string(serial) + " never got what is for " + o.to + ": " +
                 describe(book_.request(o.n)));
    }
  }
}

/// Each stream orders its publications; together they must be free of circles.
void Deliveries::check_topic_orders() const {
  for (const auto& [topic, streams] : orders_) {
    std::map<std::uint32_t, std::set<std::uint32_t>> next;
    std::map<std::uint32_t, std::size_t> before;
    for (const auto& [stream, order] : streams) {
      for (std::size_t i = 0; i < order.size(); ++i) {
        before.try_emplace(order[i], 0);
        if (i + 1 < order.size() && next[order[i]].insert(order[i + 1]).second) {
          ++before[order[i + 1]];
        }
      }
    }
    std::vector<std::uint32_t> ready;
    for (const auto& [n, count] : before) {
      if (count == 0) ready.push_back(n);
    }
    std::size_t sorted = 0;
    for (; !ready.empty(); ++sorted) {
      const std::uint32_t n = ready.back();
      ready.pop_back();
      for (const std::uint32_t follower : next[n]) {
        if (--before[follower] == 0) ready.push_back(follower);
      }
    }
    if (sorted == before.size()) continue;
    std::string what = "subscribers see topic " + topic + " in two orders:";
    for (const auto& [stream, order] : streams) {
      what += "\n  " + stream + ":";
      for (const std::uint32_t n : order) what += before[n] == 0 ? "" : " m" + std::to_string(n);
    }
    book_.fail(what);
  }
}

}  // namespace signal_hub::sim
