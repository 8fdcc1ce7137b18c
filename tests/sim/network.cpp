// From the clients to the hub, and the ends of links.
#include "network.hpp"

#include <algorithm>
#include <utility>

namespace signal_hub::sim {
namespace {

constexpr std::uint16_t close_normal = 1000;
constexpr std::size_t fragmented_from = 200;  // bytes: some messages come in pieces
constexpr unsigned fragmented_percent = 10;
constexpr unsigned abandoned_percent = 2;
constexpr std::uint64_t quick_reader = 1'000'000;  // bytes at once
constexpr Micros notices_silence{1'000'000};       // a client, that its link went dark
constexpr Micros notices_end{300};                 // the hub, that a socket ended

std::string ip_of(const Link& link) { return "10.0.0." + std::to_string(link.client); }

}  // namespace

Network::Network(const Plan& plan, Schedule& schedule, Dice& dice, Trace& trace,
                 ClientEvents& clients, Tap& tap, Post post)
    : plan_(plan),
      schedule_(schedule),
      dice_(dice),
      trace_(trace),
      clients_(clients),
      tap_(tap),
      post_(std::move(post)) {}

Link& Network::dial(std::uint32_t client) {
  auto link = std::make_unique<Link>();
  const NetworkPlan& net = plan_.network;
  link->serial = static_cast<std::uint32_t>(links_.size());
  link->client = client;
  const bool slow = dice_.chance(net.slow_percent);
  link->room = slow ? std::min<std::size_t>(net.socket_bytes, 2'000) : net.socket_bytes;
  link->gulp = slow ? std::min<std::size_t>(net.read_bytes, 500) : net.read_bytes;
  link->rest = slow ? net.read_pause * 20 : net.read_pause;
  links_.push_back(std::move(link));
  Link& made = *links_.back();
  schedule_.after(delay(), [this, &made] { knock(made); });
  return made;
}

void Network::knock(Link& link) {
  const bool heard = listening_ && post_([this, &link](app::TransportEvents& hub) {
                       if (link.dialing) upgrade(link, hub);
                     });
  if (!heard) refuse(link);
}

void Network::refuse(Link& link) {
  schedule_.after(delay(), [this, &link] {
    if (std::exchange(link.dialing, false)) clients_.refused(link);
  });
}

void Network::upgrade(Link& link, app::TransportEvents& hub) {
  const std::string ip = ip_of(link);
  if (!hub.admit(ip).ok()) return refuse(link);
  if (dice_.chance(abandoned_percent)) {
    hub.abandoned(ip);
    return refuse(link);
  }
  link.conn = hub.opened(ip);
  link.hub_end = true;
  if (link.conn.slot >= by_slot_.size()) by_slot_.resize(link.conn.slot + 1);
  by_slot_[link.conn.slot] = &link;
  trace_.note(schedule_.now(), "open", link.serial, {});
  tap_.opened(link);
  schedule_.after(delay(), [this, &link] {
    if (!std::exchange(link.dialing, false)) return;
    link.client_end = true;
    clients_.opened(link);
    schedule_read(link);
  });
}

void Network::up(Link& link, HubEvent event) {
  if (!link.client_end || link.dark) return;
  link.up_last = std::max(link.up_last, schedule_.now() + delay());
  schedule_.at(link.up_last,
               [this, &link, event = std::move(event)]() mutable { arrive(link, event); });
}

void Network::arrive(Link& link, HubEvent event) {
  if (link.dark || link.deaf || !link.hub_end) return;
  post_([this, &link, event = std::move(event)](app::TransportEvents& hub) {
    if (!link.hub_end || link.deaf) return;
    link.held.push_back(event);
    read_held(link, hub);
  });
}

void Network::read_held(Link& link, app::TransportEvents& hub) {
  while (!link.paused && link.hub_end && !link.held.empty()) {
    const HubEvent event = std::move(link.held.front());
    link.held.pop_front();
    event(hub);
  }
}

void Network::send(Link& link, std::string text) {
  const std::size_t size = text.size();
  const bool pieces = size >= fragmented_from && dice_.chance(fragmented_percent);
  if (pieces) {
    up(link, [&link, size](app::TransportEvents& hub) { hub.reassembling(link.conn, size / 2); });
  }
  up(link, [this, &link, pieces, text = std::move(text)](app::TransportEvents& hub) {
    if (pieces) hub.reassembling(link.conn, 0);
    hand(link, text, hub);
  });
}

void Network::hand(Link& link, const std::string& text, app::TransportEvents& hub) {
  if (link.close_sent) return;
  const std::size_t limit = hub.frame_limit(link.conn);
  trace_.note(schedule_.now(), "up", link.serial, text);
  if (limit != 0 && text.size() > limit) return hub.oversized(link.conn, text.size());
  tap_.handed(link, text);
  hub.frame(link.conn, text);
}

void Network::send_oversized(Link& link, std::size_t size) {
  up(link, [this, &link, size](app::TransportEvents& hub) {
    const std::size_t limit = hub.frame_limit(link.conn);
    if (link.close_sent || limit == 0) return;
    trace_.note(schedule_.now(), "oversized", link.serial, {});
    hub.oversized(link.conn, limit + 1 + size);
    hub.still_oversized(link.conn, limit + 1 + 2 * size);
  });
}

void Network::pong(Link& link) {
  up(link, [&link](app::TransportEvents& hub) { hub.alive(link.conn); });
}

void Network::close(Link& link, std::uint16_t code) {
  up(link,
     [this, &link, code](app::TransportEvents& hub) { finish(link, code == close_normal, hub); });
  link.client_end = false;
}

void Network::drop(Link& link) {
  link.client_end = false;
  link.deaf = dice_.chance(50);
  schedule_.at(std::max(link.up_last, schedule_.now() + delay()), [this, &link] {
    link.deaf = link.broken = true;
    hang_up(link, notices_end);
  });
}

void Network::vanish(Link& link) {
  link.client_end = false;
  link.dark = true;
}

void Network::stall(Link& link, Micros time) { link.stalled_until = schedule_.now() + time; }

void Network::calm() {
  for (const auto& link : links_) {
    link->stalled_until = link->rest = Micros{0};
    link->gulp = quick_reader;
    schedule_read(*link);
  }
}

void Network::hang_up(Link& link, Micros delay) {
  if (!link.hub_end || std::exchange(link.ending, true)) return;
  schedule_.after(delay, [this, &link] {
    post_([this, &link](app::TransportEvents& hub) { finish(link, false, hub); });
  });
}

void Network::finish(Link& link, bool clean, app::TransportEvents& hub) {
  if (!std::exchange(link.hub_end, false)) return;
  by_slot_[link.conn.slot] = nullptr;
  link.held.clear();
  trace_.note(schedule_.now(), clean ? "closed" : "lost", link.serial, {});
  tap_.handed_close(link, clean);
  hub.closed(link.conn, clean);
}

void Network::end_at_client(Link& link, unsigned code) {
  if (!std::exchange(link.client_end, false)) return;
  clients_.ended(link, code);
}

void Network::hub_died(bool told) {
  listening_ = false;
  by_slot_.clear();
  for (const auto& entry : links_) {
    Link& link = *entry;
    if (link.dialing) refuse(link);
    link.hub_end = false;
    link.held.clear();
    if (!link.client_end) continue;
    if (!told) link.dark = true;
    schedule_.after(told ? delay() : notices_silence, [this, &link] { end_at_client(link, 0); });
  }
}

Link* Network::find(ConnId conn) {
  if (conn.slot >= by_slot_.size()) return nullptr;
  Link* link = by_slot_[conn.slot];
  return link != nullptr && link->conn == conn ? link : nullptr;
}

}  // namespace signal_hub::sim
