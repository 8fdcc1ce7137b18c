// Session: one connection's state from upgrade to end (PROTOCOL.md §3).
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/actor.hpp"
#include "core/open_request.hpp"
#include "core/outbox.hpp"
#include "core/permissions.hpp"
#include "core/rate_limit.hpp"
#include "core/stats.hpp"

namespace signal_hub::core {

enum class SessionState : std::uint8_t { connecting, connected, disconnecting, disconnected };

std::string_view name(SessionState state);

/// connecting → connected → disconnecting → disconnected, and from the first two straight to the
/// last; nothing else.
bool may_follow(SessionState from, SessionState to);

/// What a token granted, while it lasts.
struct Grant {
  std::string address;
  WallTime expires_at;                   // the token's exp
  MonoTime cut_off;                      // when a session that did not refresh is ended
  MonoTime refreshed = MonoTime::min();  // the last refresh that was accepted
};

/// What has passed through a session, for the connection monitor. Frames are WebSocket messages;
/// pings, pongs and close frames are none.
struct Traffic {
  WallTime connected_at{};      // the upgrade
  MonoTime last_active{};       // the last message received, or handed to the transport
  std::uint64_t frames_in = 0;  // liveness texts and oversized ones included
  std::uint64_t frames_out = 0;
  std::uint64_t frames_out_seen = 0;  // when last_active was set
  std::uint64_t bytes_in = 0;         // payloads
  std::uint64_t bytes_out = 0;        // with frame headers
  std::uint64_t rate_limited = 0;     // requests refused by the rate limit
  std::uint64_t ping_us = 0;          // stopwatch at the ping that is not answered yet; 0: none
  std::uint64_t round_trip_us = 0;    // of the last ping answered; 0: none was yet
  bool stale = false;                 // inactive for --stale-after
};

struct Session {
  Session(std::string_view ip_, std::string session_id_, MonoTime now)
      : ip(ip_), session_id(std::move(session_id_)), opened(now), last_heard(now), last_ping(now) {
    traffic.last_active = now;
  }

  // What a delivery looks at comes first.
  static constexpr std::size_t hot_bytes = 320;
  ConnId id;                 // set right after insertion
  bool closing = false;      // a close was commanded; nothing more is routed to it
  bool socket_gone = false;  // the socket ended while frames were waiting
  bool dirty = false;
  bool coalescing = false;   // listed among those whose writes wait for more to write
  bool overflowing = false;  // passed the byte bound: to be cut at the end of this call
  Outbox outbox;
  Traffic traffic;

  std::string ip;
  std::string session_id;
  SessionState state = SessionState::connecting;
  MonoTime opened;

  // Who it is.
  std::string connected_as;       // `from` of hub:connect; with auth the token's address
  bool identity_settled = false;  // an address was registered: the identity stays
  std::string identity;           // replaced by the first address registered, without auth
  Permissions permissions;
  std::optional<Grant> grant;
  ActorId guest;                // the identity's, as long as it is not registered here
  std::vector<ActorId> actors;  // registered by it, oldest first

  // What it sends.
  MonoTime last_heard;
  MonoTime last_ping;
  TokenBucket bucket;
  AlarmWindow bad_frames{60'000ms};
  unsigned connect_refusals = 0;
  bool fanout_running = false;     // its next messages wait behind it
  std::list<std::string> waiting;  // frames, in order; unlike a deque, nothing while empty
  std::size_t waiting_bytes = 0;
  std::size_t reassembly_bytes = 0;
  std::size_t open_answers = 0;      // asks not answered yet
  MonoTime throttled_until = never;  // not read, for ignoring hub:pause
  bool reading_paused = false;

  // What it gets.
  RateWindow processed;
  std::uint64_t processed_frames = 0;  // of the outbox's count, already in the window
  struct PausedSender {
    ConnId sender;
    std::string to;      // its `from`
    std::string target;  // the address it sent to
  };
  std::vector<PausedSender> paused_senders;
  std::vector<ActorId> mail_behind;  // its actors with mail for when the outbox has room

  // Its end.
  std::optional<OpenRequest> farewell;      // hub:disconnect, acknowledged after the open answers
  std::optional<Millis> shutdown_notice{};  // the hub stops: told after them, with reconnectAfter
  MonoTime farewell_by = never;
  Outcome outcome = Outcome::other;  // once closing
  bool gone_clean = false;
  MonoTime cut_at = never;

  MonoTime armed = never;  // the earliest timer entry

  bool reads_input() const { return state < SessionState::disconnecting && !socket_gone; }
};

}  // namespace signal_hub::core
