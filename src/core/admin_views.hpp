// What an operator sees of the hub's state: copies, page by page, and the filters that choose them.
//
// A page looks at a bounded number of entries (limits::admin_scan), so that no request makes a long
// turn: with a filter it may hold fewer items than asked for before the end.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/journal_entries.hpp"
#include "core/session.hpp"

namespace signal_hub::core {

/// Where a page begins: what the page before gave as `next`; the default is the beginning.
struct PageStart {
  std::uint32_t slot = 0;
  std::string address{};  // of listings in the order of addresses: what follows it
  bool by_slot = false;   // of listings in two parts: the second one
};

template <class T>
struct Page {
  std::vector<T> items;
  std::optional<PageStart> next;  // nullopt: the end
};

/// Part of a text; with `*` a glob over it. Empty: anything.
class TextFilter {
 public:
  TextFilter() = default;
  explicit TextFilter(std::string text);

  bool matches(std::string_view text) const;
  /// A glob that does not begin with `@(` is one over the path inside it.
  bool matches_address(std::string_view address) const;
  bool empty() const { return text_.empty(); }

 private:
  std::string text_;
  bool glob_ = false;
};

struct SessionFilter {
  TextFilter search;  // over address, session id and ip; a glob over the address
  std::optional<SessionState> state;
  bool slow = false;
  bool stale = false;
  /// The connection's socket takes no bytes now.
  std::function<bool(ConnId)> backed_up;
};

struct SessionView {
  std::string id;
  std::string address;  // empty before hub:connect
  std::string connected_as;
  std::string ip;
  SessionState state;
  WallTime connected_at;
  Millis connected_for;
  Millis idle;
  std::uint64_t messages_in = 0;
  std::uint64_t messages_out = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::size_t queue_depth = 0;
  std::size_t queue_bytes = 0;
  std::uint64_t round_trip_us = 0;  // 0: not measured yet
  std::uint64_t rate_limited = 0;
  bool reading_paused = false;
  bool slow = false;
  bool stale = false;
  std::size_t actor_count = 0;
  std::vector<std::string> actors;  // of a single session only
};

struct ActorFilter {
  TextFilter search;
  std::optional<ActorStatus> status;
};

struct ActorView {
  std::string address;
  ActorStatus status;
  std::string session_id;  // empty unless online
  std::uint64_t version = 0;
  bool registered = false;  // has the two times
  WallTime registered_at{};
  WallTime expires_at{};
  std::optional<WallTime> offline_since;
  std::size_t subscriptions = 0;
  std::size_t waiting = 0;
  std::size_t waiting_bytes = 0;
  // Of a single actor only.
  std::string identity;
  std::vector<std::string> capabilities;
  std::string metadata;  // JSON object
  std::vector<std::string> topics;
};

struct TopicView {
  std::string name;
  bool pattern = false;
  std::size_t subscribers = 0;
};

struct SubscriptionView {
  std::string address;
  std::string subscription_id;
  bool durable = false;
  ActorStatus status;
};

/// A mailbox that holds something.
struct QueueView {
  std::string actor;
  ActorStatus status;
  std::size_t waiting = 0;
  std::size_t bytes = 0;
  std::size_t stored = 0;  // of the waiting ones
};

}  // namespace signal_hub::core
