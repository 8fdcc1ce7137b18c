// Sessions as the operator sees them, and their end by his hand.
#include "base/limits.hpp"
#include "core/admin.hpp"
#include "core/lifecycle.hpp"
#include "core/mailroom.hpp"
#include "core/requeue.hpp"
#include "core/state.hpp"
#include "core/upkeep.hpp"

namespace signal_hub::core {
namespace {

constexpr std::uint16_t close_policy = 1008;
constexpr std::string_view kick_reason = "admin";

bool is_slow(const State& state, const Session& session, const SessionFilter& filter) {
  const std::size_t threshold = state.settings.pause_threshold;
  if (threshold != 0 && session.outbox.frames() > threshold) return true;
  return filter.backed_up && filter.backed_up(session.id);
}

bool matches(const State& state, const Session& session, const SessionFilter& filter) {
  if (filter.state && *filter.state != session.state) return false;
  if (filter.stale && !session.traffic.stale) return false;
  if (!filter.search.empty() && !filter.search.matches_address(session.identity) &&
      !filter.search.matches(session.session_id) && !filter.search.matches(session.ip)) {
    return false;
  }
  return !filter.slow || is_slow(state, session, filter);
}

SessionView view_of(const State& state, const Session& session, const SessionFilter& filter,
                    Now now) {
  SessionView view{};
  view.id = session.session_id;
  view.address = session.identity;
  view.connected_as = session.connected_as;
  view.ip = session.ip;
  view.state = session.state;
  view.connected_for = now.mono - session.opened;
  view.connected_at = session.traffic.connected_at;
  view.idle = now.mono - session.traffic.last_active;
  view.messages_in = session.traffic.frames_in;
  view.messages_out = session.traffic.frames_out;
  view.bytes_in = session.traffic.bytes_in;
  view.bytes_out = session.traffic.bytes_out;
  view.round_trip_us = session.traffic.round_trip_us;
  view.rate_limited = session.traffic.rate_limited;
  view.queue_depth = session.outbox.frames();
  view.queue_bytes = session.outbox.bytes();
  view.reading_paused = session.reading_paused;
  view.slow = is_slow(state, session, filter);
  view.stale = session.traffic.stale;
  view.actor_count = session.actors.size();
  return view;
}

/// Looks at every session: the operator asks rarely.
ConnId find_session(State& state, std::string_view session_id) {
  ConnId found;
  state.sessions.for_each([&](ConnId id, const Session& session) {
    if (session.session_id == session_id) found = id;
  });
  return found;
}

}  // namespace

Page<SessionView> Admin::sessions(const SessionFilter& filter, const PageStart& start,
                                  std::size_t limit, Now now) const {
  Page<SessionView> page;
  const auto next =
      state_.sessions.walk(start.slot, limits::admin_scan, [&](ConnId, const Session& session) {
        if (matches(state_, session, filter)) {
          page.items.push_back(view_of(state_, session, filter, now));
        }
        return page.items.size() < limit;
      });
  if (next) page.next = PageStart{*next};
  return page;
}

std::optional<SessionView> Admin::session(std::string_view session_id,
                                          const std::function<bool(ConnId)>& backed_up,
                                          Now now) const {
  const Session* session = state_.sessions.find(find_session(state_, session_id));
  if (session == nullptr) return std::nullopt;
  SessionFilter filter;
  filter.backed_up = backed_up;
  SessionView view = view_of(state_, *session, filter, now);
  for (const ActorId id : session->actors) {
    if (const Actor* actor = state_.registry.find(id)) view.actors.push_back(actor->address);
  }
  return view;
}

std::optional<Kicked> Admin::kick_session(std::string_view session_id, Now now) {
  Session* session = state_.sessions.find(find_session(state_, session_id));
  if (session == nullptr || session->closing) return std::nullopt;
  say_goodbye(state_, *session, {kick_reason, "The operator ended this session.", std::nullopt},
              close_policy, now);
  release_actors(state_, *session, End::unclean, now);
  settle(state_, now);
  return Kicked{1, 0};
}

std::optional<Kicked> Admin::kick_actor(std::string_view address, Now now) {
  const ActorId registered = state_.registry.find_address(address);
  const ActorId id = registered.valid() ? registered : state_.registry.find_dormant(address);
  const Actor* actor = state_.registry.find(id);
  if (actor == nullptr) return std::nullopt;
  const Session* holder = state_.sessions.find(actor->conn);
  const std::string session_id = holder == nullptr ? std::string() : holder->session_id;
  if (registered.valid()) {
    retire_actor(state_, id, kick_reason, now);
  } else {
    remove_actor(state_, id, kick_reason, now);
  }
  Kicked done{0, 1};
  if (!session_id.empty() && kick_session(session_id, now)) done.sessions = 1;
  settle(state_, now);
  return done;
}

std::vector<Fate> Admin::fates(std::string_view message_id, std::string_view sender) const {
  return state_.fates.of(message_id, sender);
}

std::optional<Admin::Progress> Admin::progress(std::string_view target, std::uint64_t position,
                                               Now now) const {
  const Actor* actor = state_.registry.find(addressee(state_, target));
  if (actor == nullptr || !actor->reliable) return std::nullopt;
  const auto at = actor->reliable->out.find(position);
  if (at == actor->reliable->out.end()) return std::nullopt;
  const Attempt& attempt = at->second;
  if (attempt.stage != Attempt::Stage::pausing) {
    return Progress{"delivering", attempt.held.attempts, std::nullopt};
  }
  return Progress{"retrying", attempt.held.attempts, now.wall + (attempt.due - now.mono)};
}

std::optional<Error> Admin::requeue(const StoredMessage& letter, Now now) {
  return core::requeue(state_, letter, now);
}

void Admin::purge(std::uint64_t position, Now now) { purge_dead_letter(state_, position, now); }

}  // namespace signal_hub::core
