#include "core/outflow.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/limits.hpp"

namespace signal_hub::core {
namespace {

constexpr std::string_view head_prefix = R"({"id":")";

/// `{"id":"<uuid>`, on the stack: deliveries allocate nothing.
struct DeliveryHead {
  std::array<char, head_prefix.size() + uuid_length> text;

  explicit DeliveryHead(Rng& rng) {
    const Uuid id = Uuid::make(rng);
    std::memcpy(text.data(), head_prefix.data(), head_prefix.size());
    std::memcpy(text.data() + head_prefix.size(), id.text.data(), uuid_length);
  }
  std::string_view view() const { return {text.data(), text.size()}; }
};

bool takes_frames(const Session& session) { return !session.closing && !session.socket_gone; }

void mark_dirty(State& state, Session& session) {
  if (session.dirty) return;
  session.dirty = true;
  state.dirty.push_back(session.id);
}

/// A slice's delivery: a write of its own would cost more than everything else about it.
bool waits_for_more(State& state, Session& session) {
  if (!state.fanouts.slicing || session.dirty) return false;
  if (session.outbox.bytes() >= limits::coalesced_bytes) return false;
  if (!std::exchange(session.coalescing, true)) {
    state.coalescing.push_back({session.id, *state.fanouts.slicing});
  }
  return true;
}

void throttle(State& state, Session& sender, Now now) {
  if (sender.throttled_until != never) return;
  sender.throttled_until = now.mono + limits::read_throttle;
  state.events.push_back({LogEvent::reading_paused, {{"sessionId", sender.session_id}}});
  update_reading(state, sender, now);
  arm_session(state, sender);
}

}  // namespace

bool enqueue(State& state, Session& session, wire::Opcode opcode, const FrameParts& parts) {
  if (!takes_frames(session)) return false;
  Outbox& outbox = session.outbox;
  const std::size_t before = outbox.copied_bytes();
  outbox.append(state.buffers, opcode, parts);
  state.queued_bytes += outbox.copied_bytes() - before;
  ++state.queued_frames;
  if (opcode != wire::Opcode::ping) {
    ++state.stats.messages_sent;
    ++session.traffic.frames_out;
  }
  if (!waits_for_more(state, session)) mark_dirty(state, session);
  const std::size_t bound = state.settings.max_queue_bytes;
  if (bound != 0 && outbox.bytes() > bound && !session.overflowing) {
    session.overflowing = true;
    state.overflowing.push_back(session.id);
  }
  return true;
}

bool enqueue_delivery(State& state, const Actor& actor, Session& session, std::string_view tail,
                      const SharedBytes& shared, ReceiptId receipt) {
  const DeliveryHead head(state.rng);
  // 0 would be no delivery.
  const auto accepted = std::max(1U, static_cast<std::uint32_t>(state.origin.accepted_us));
  FrameParts parts{head.view(), actor.to_member, {}, nullptr, receipt, accepted};
  if (shared) {
    parts.shared = &shared;
  } else {
    parts.tail = tail;
  }
  if (!enqueue(state, session, wire::Opcode::text, parts)) return false;
  ++state.stats.deliveries;
  ++state.stats.deliveries_by_kind[static_cast<std::size_t>(state.origin.kind)];
  return true;
}

void tell_encoded(State& state, Session& session, std::string_view to, std::string_view type,
                  std::string_view payload, Now now) {
  if (!takes_frames(session)) return;
  const Uuid id = Uuid::make(state.rng);
  std::string& frame = state.frame_scratch;
  frame.clear();
  wire::write_answer(frame, {id.view(), state.settings.hub_address, to, std::nullopt, now.wall},
                     type, payload);
  enqueue(state, session, wire::Opcode::text, {frame});
}

void push_back(State& state, Session& sender, std::string_view from, const Actor& target, Now now) {
  const std::size_t threshold = state.settings.pause_threshold;
  Session* congested = state.sessions.find(target.conn);
  if (congested == nullptr || threshold == 0 || congested->outbox.frames() <= threshold) return;
  const auto told = [&](const Session::PausedSender& p) {
    return p.sender == sender.id && p.target == target.address;
  };
  auto& paused = congested->paused_senders;
  if (std::any_of(paused.begin(), paused.end(), told)) {
    throttle(state, sender, now);
    return;
  }
  paused.push_back({sender.id, std::string(from), target.address});
  ++state.stats.pauses;
  tell(state, sender, from, wire::Paused{target.address}, now);
}

void release_senders(State& state, Session& session, Now now) {
  const auto paused = std::move(session.paused_senders);
  session.paused_senders.clear();
  for (const Session::PausedSender& p : paused) {
    Session* sender = state.sessions.find(p.sender);
    if (sender == nullptr) continue;
    tell(state, *sender, p.to, wire::Resumed{p.target}, now);
    sender->throttled_until = never;
    update_reading(state, *sender, now);
  }
}

void update_reading(State& state, Session& session, Now now) {
  if (session.socket_gone) return;
  const bool behind = session.waiting.size() >= limits::waiting_frames ||
                      session.waiting_bytes >= limits::waiting_bytes;
  const bool pause = session.throttled_until != never || behind;
  if (pause == session.reading_paused) return;
  session.reading_paused = pause;
  // Silence while the hub did not listen is not the client's.
  if (!pause) session.last_heard = now.mono;
  state.commands.emplace_back(ReadCommand{session.id, pause});
}

MonoTime next_deadline(const State& state, const Session& session) {
  const HubSettings& settings = state.settings;
  MonoTime next = std::min(session.cut_at, session.farewell_by);
  next = std::min(next, session.throttled_until);
  if (session.closing) return next;
  if (session.state == SessionState::connecting && settings.connect_timeout != 0ms) {
    next = std::min(next, session.opened + settings.connect_timeout);
  }
  if (settings.idle_timeout != 0ms && !session.reading_paused) {
    next = std::min(next, session.last_heard + settings.idle_timeout);
  }
  if (settings.ping_interval != 0ms) {
    next = std::min(next, session.last_ping + settings.ping_interval);
  }
  if (settings.stale_after != 0ms && !session.traffic.stale) {
    next = std::min(next, session.traffic.last_active + settings.stale_after);
  }
  if (session.grant) next = std::min(next, session.grant->cut_off);
  return next;
}

void arm_session(State& state, Session& session) {
  const MonoTime next = next_deadline(state, session);
  if (next >= session.armed) return;
  session.armed = next;
  state.timers.arm(next, {TimerKind::session, session.id.slot, session.id.generation});
}

void note_activity(State& state, Session& session, Now now) {
  session.traffic.last_active = now.mono;
  if (!session.traffic.stale) return;
  session.traffic.stale = false;
  --state.stale;
  arm_session(state, session);
}

void handed_over(State& state, Session& session, std::size_t bytes, Now now) {
  Outbox& outbox = session.outbox;
  const std::size_t before = outbox.copied_bytes();
  outbox.handed_over(state.buffers, bytes, now.stopwatch_us, state.stats.delivery_durations);
  state.queued_bytes -= before - outbox.copied_bytes();
  state.stats.bytes_sent += bytes;
  const std::uint64_t done = outbox.frames_handed_over();
  state.queued_frames -= done - session.processed_frames;
  session.traffic.bytes_out += bytes;
  if (session.traffic.frames_out != session.traffic.frames_out_seen) {
    session.traffic.frames_out_seen = session.traffic.frames_out;
    note_activity(state, session, now);
  }
  session.processed.add(static_cast<std::uint32_t>(done - session.processed_frames), now.mono);
  session.processed_frames = done;
  if (!session.paused_senders.empty() && outbox.frames() < state.settings.resume_threshold) {
    release_senders(state, session, now);
  }
  if (!session.mail_behind.empty() && outbox.frames() < limits::mail_window_frames / 2) {
    auto& due = state.mail_due;
    due.insert(due.end(), session.mail_behind.begin(), session.mail_behind.end());
    session.mail_behind.clear();
  }
}

void discard_outbox(State& state, Session& session, DropReason reason,
                    std::vector<ReceiptId>& lost) {
  const std::size_t before = session.outbox.copied_bytes();
  const std::size_t dropped = session.outbox.discard(state.buffers, lost);
  count_drop(state, reason, dropped);
  state.queued_frames -= dropped;
  state.queued_bytes -= before;
  state.queued_bytes += session.outbox.copied_bytes();
}

void write_coalesced(State& state, Now now) {
  auto& waiting = state.coalescing;
  const bool more_to_come = !state.fanouts.running.empty();
  std::size_t bytes = 0;
  for (std::size_t n = 0; n < limits::coalesced_writes_per_turn && !waiting.empty(); ++n) {
    if (bytes >= limits::coalesced_bytes_per_turn) return;
    const Coalescing oldest = waiting.front();
    if (more_to_come && now.mono - oldest.since < limits::coalesced_time) return;
    waiting.pop_front();
    Session* session = state.sessions.find(oldest.conn);
    if (session == nullptr) continue;
    session->coalescing = false;
    bytes += session->outbox.bytes();
    if (!session->outbox.empty()) mark_dirty(state, *session);
  }
}

void count_drop(State& state, DropReason reason, std::size_t n) {
  state.stats.dropped[static_cast<std::size_t>(reason)] += n;
}

}  // namespace signal_hub::core
