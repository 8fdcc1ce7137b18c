// From the hub to the clients: sockets that fill, and readers of all speeds.
#include <algorithm>
#include <utility>

#include "network.hpp"
#include "wire/ws_frame.hpp"

namespace signal_hub::sim {
namespace {

constexpr unsigned opcode_text = 1;
constexpr unsigned opcode_close = 8;
constexpr unsigned opcode_ping = 9;
constexpr Micros notices_cut{100};
constexpr Micros catches_up{50'000};  // the hub, when a link takes bytes again

unsigned close_code(const Frame& frame) {
  if (frame.payload.size() < 2) return 0;
  const auto byte = [&frame](std::size_t i) {
    return static_cast<unsigned char>(frame.payload[i]);
  };
  return unsigned{byte(0)} << 8U | byte(1);
}

}  // namespace

app::WriteOutcome Network::write(ConnId conn, const core::Outgoing& frames) {
  Link* link = find(conn);
  if (link == nullptr) return app::WriteOutcome::failed;
  if (link->broken) {
    hang_up(*link, notices_cut);
    return app::WriteOutcome::failed;
  }
  std::string bytes;
  frames.append_to(bytes);
  if (bytes.empty()) tap_.broke(*link, "an empty write");
  if (link->close_sent) tap_.broke(*link, "a write behind the close frame");
  if (link->backed_up) tap_.broke(*link, "a write on a link that is backed up");
  offer(*link, bytes);
  return link->backed_up ? app::WriteOutcome::backed_up : app::WriteOutcome::sent;
}

void Network::offer(Link& link, std::string_view bytes) {
  trace_.note(schedule_.now(), "down", link.serial, bytes);
  // The hub may have more to write than it hands over at once.
  if (schedule_.now() - link.backed_up_last > catches_up) link.backlog_since.reset();
  link.offered += bytes.size();
  link.reader.feed(bytes);
  accept(link);
  while (auto frame = link.reader.next()) {
    const std::uint64_t end = link.reader.position();
    const bool swallowed = dice_.chance(plan_.network.swallow_percent);
    if (frame->opcode == opcode_text && !swallowed) tap_.emitted(link, frame->payload, end);
    link.items.push_back({end, std::move(*frame)});
  }
  if (link.reader.broken()) tap_.broke(link, "a frame that a server must not send");
  link.backed_up = link.accepted < link.offered;
  link.was_backed_up = link.was_backed_up || link.backed_up;
  if (!link.backed_up) return;
  if (!link.backlog_since) link.backlog_since = schedule_.now();
  link.backed_up_last = schedule_.now();
}

/// The kernel takes what it has room for.
void Network::accept(Link& link) {
  const std::uint64_t kept = link.accepted - link.read;
  const std::uint64_t room = link.room > kept ? link.room - kept : 0;
  link.accepted += std::min(link.offered - link.accepted, room);
  schedule_read(link);
}

void Network::schedule_read(Link& link) {
  if (!link.client_end || link.dark || link.read == link.accepted) return;
  if (std::exchange(link.reading, true)) return;
  schedule_.at(std::max(link.stalled_until, schedule_.now() + delay() + link.rest),
               [this, &link] { take(link); });
}

void Network::take(Link& link) {
  link.reading = false;
  if (!link.client_end || link.dark) return;
  if (schedule_.now() < link.stalled_until) return schedule_read(link);
  link.read += std::min(link.gulp, link.accepted - link.read);
  while (!link.items.empty() && link.items.front().end <= link.read && link.client_end) {
    const Frame frame = std::move(link.items.front().frame);
    link.items.pop_front();
    receive(link, frame);
  }
  accept(link);
  if (!link.backed_up || link.accepted < link.offered) return;
  link.backed_up = false;
  link.backed_up_last = schedule_.now();
  post_([&link](app::TransportEvents& hub) {
    if (link.hub_end) hub.writable(link.conn);
  });
}

void Network::receive(Link& link, const Frame& frame) {
  switch (frame.opcode) {
    case opcode_text: return clients_.received(link, frame.payload);
    case opcode_ping: return pong(link);
    case opcode_close: {
      const unsigned code = close_code(frame);
      close(link, static_cast<std::uint16_t>(code));
      return clients_.ended(link, code);
    }
    default: return;
  }
}

void Network::close(ConnId conn, std::uint16_t code, std::string_view reason) {
  Link* link = find(conn);
  if (link == nullptr) return;
  if (link->close_sent) tap_.broke(*link, "a second close frame");
  if (link->backed_up) tap_.broke(*link, "a close on a link that is backed up");
  if (link->broken) return hang_up(*link, notices_cut);
  pause_reading(conn, false);
  offer(*link, wire::close_frame(code, reason));
  link->close_sent = true;
}

void Network::cut(ConnId conn) {
  Link* link = find(conn);
  if (link == nullptr) return;
  trace_.note(schedule_.now(), "cut", link->serial, {});
  link->broken = link->deaf = true;
  hang_up(*link, notices_cut);
  schedule_.after(delay(), [this, link] { end_at_client(*link, 0); });
}

void Network::pause_reading(ConnId conn, bool paused) {
  Link* link = find(conn);
  if (link == nullptr) return;
  trace_.note(schedule_.now(), paused ? "pause" : "resume", link->serial, {});
  if (std::exchange(link->paused, paused) == paused || paused) return;
  post_([this, link](app::TransportEvents& hub) {
    if (link->hub_end && !link->deaf) read_held(*link, hub);
  });
}

}  // namespace signal_hub::sim
