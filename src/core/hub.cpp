#include "core/hub.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "core/admin.hpp"
#include "core/commits.hpp"
#include "core/fanout.hpp"
#include "core/intake.hpp"
#include "core/lifecycle.hpp"
#include "core/loads.hpp"
#include "core/mail.hpp"
#include "core/outflow.hpp"
#include "core/receipts.hpp"
#include "core/recovery.hpp"
#include "core/report.hpp"
#include "core/state.hpp"
#include "core/upkeep.hpp"

namespace signal_hub::core {

Hub::Hub(const HubSettings& settings, const Authenticator* authenticator, Mac mac,
         std::uint64_t seed, Now started)
    : state_(std::make_unique<State>(settings, authenticator, std::move(mac), seed, started)) {
  state_->journal.limit(settings.journal_limit);
  start_upkeep(*state_, started);
}

Hub::~Hub() = default;

Admission Hub::admit(std::string_view ip, Now now) {
  return state_->gate.admit(ip, state_->settings, now, state_->events);
}

void Hub::refused(RefusalReason reason, Now now) {
  state_->gate.refused_elsewhere(reason, now, state_->events);
}

void Hub::abandoned(std::string_view ip) { state_->gate.release(ip); }

ConnId Hub::opened(std::string_view ip, Now now) {
  State& s = *state_;
  expire_due(s, now);
  ++s.stats.connections_opened;
  const ConnId id = s.sessions.insert(ip, Uuid::make(s.rng).str(), now.mono);
  Session& session = *s.sessions.find(id);
  session.id = id;
  session.traffic.connected_at = now.wall;
  arm_session(s, session);
  if (s.gate.draining()) close_session(s, session, close_going_away, "server_shutdown", now);
  return id;
}

std::size_t Hub::frame_limit(ConnId conn) const {
  const Session* session = state_->sessions.find(conn);
  return session == nullptr ? limits::handshake_frame_bytes : message_limit(*state_, *session);
}

void Hub::reassembling(ConnId conn, std::size_t bytes, Now now) {
  Session* session = state_->sessions.find(conn);
  if (session == nullptr || session->closing) return;
  state_->reassembly_bytes += bytes;
  state_->reassembly_bytes -= std::exchange(session->reassembly_bytes, bytes);
  settle(*state_, now);
}

void Hub::frame(ConnId conn, std::string_view bytes, Now now) {
  state_->last_request = OpenRequest::no_type;
  begin(now);
  expire_due(*state_, now);
  if (Session* session = state_->sessions.find(conn)) take_frame(*state_, *session, bytes, now);
  settle(*state_, now);
}

void Hub::oversized(ConnId conn, std::size_t size, Now now) {
  if (Session* session = state_->sessions.find(conn)) {
    refuse_oversized(*state_, *session, size, now);
  }
  settle(*state_, now);
}

void Hub::still_oversized(ConnId conn, std::size_t size, Now now) {
  if (Session* session = state_->sessions.find(conn)) end_if_huge(*state_, *session, size, now);
}

void Hub::alive(ConnId conn, Now now) {
  Session* session = state_->sessions.find(conn);
  if (session == nullptr) return;
  session->last_heard = now.mono;
  if (const std::uint64_t sent = std::exchange(session->traffic.ping_us, 0); sent != 0) {
    session->traffic.round_trip_us = std::max<std::uint64_t>(1, now.stopwatch_us - sent);
    state_->stats.round_trips.observe(session->traffic.round_trip_us);
  }
}

void Hub::closed(ConnId conn, bool clean, Now now) {
  expire_due(*state_, now);
  Session* session = state_->sessions.find(conn);
  if (session == nullptr || session->socket_gone) return;
  session->gone_clean = clean;
  // What it sent before it closed is still carried out, in order.
  if (session->fanout_running && !session->waiting.empty() && session->reads_input()) {
    session->socket_gone = true;
    return;
  }
  finish_session(*state_, *session, now);
  settle(*state_, now);
}

void Hub::tick(Now now) {
  begin(now);
  expire_due(*state_, now);
  state_->topics.reap(limits::reaped_per_turn);
  for (const ConnId id : run_fanout_slices(*state_, now)) {
    Session* session = state_->sessions.find(id);
    if (session == nullptr) continue;
    resume_waiting(*state_, *session, now);
    if (session->socket_gone && !session->fanout_running) finish_session(*state_, *session, now);
  }
  write_coalesced(*state_, now);
  settle(*state_, now);
}

void Hub::begin(Now now) { state_->origin = {DeliveryKind::send, now.stopwatch_us}; }

Restored Hub::restore(const Recovered& recovered, Now now) {
  return core::restore(*state_, recovered, now);
}

void Hub::restore_messages(std::span<const RecoveredMessage> messages, Restored& done, Now now) {
  core::restore_messages(*state_, messages, done, now);
}

void Hub::finish_restore(Restored& done, Now now) {
  core::finish_restore(*state_, done, now);
  settle(*state_, now);  // what mailboxes shared is there once for each now
}

void Hub::durable(std::uint64_t seq, const std::vector<std::uint64_t>& refused, Now now) {
  state_->store_failing = false;
  state_->journal.confirm(seq);
  begin(now);
  commits_done(*state_, seq, refused, now);
  settle(*state_, now);
}

void Hub::store_failed() { state_->store_failing = true; }

void Hub::storage_full(bool full) { state_->store_full = full; }

void Hub::loaded(Loaded rows, Now now) {
  begin(now);
  take_loaded(*state_, std::move(rows), now);
  if (!state_->not_duplicates.empty()) retake_frames(*state_, now);
  send_mail_now(now);  // texts that were read leave before memory is looked at, or they never would
  settle(*state_, now);
}

void Hub::drain(Millis spread, Now now) {
  state_->gate.close();
  drain_sessions(*state_, spread, now);
  settle(*state_, now);
}

void Hub::authenticate_with(const Authenticator& authenticator) {
  state_->authenticator = &authenticator;
}

void Hub::trace(double sample) { state_->trace_sample = sample; }

void Hub::report(Now now) { core::report(*state_, now); }

void Hub::reconfigure(const HubSettings& settings) {
  state_->settings = settings;
  state_->journal.limit(settings.journal_limit);
}

void Hub::take_dirty(std::vector<ConnId>& out) {
  out.clear();
  out.swap(state_->dirty);
  for (const ConnId id : out) {
    if (Session* session = state_->sessions.find(id)) session->dirty = false;
  }
}

Outgoing Hub::unsent(ConnId conn) {
  const Session* session = state_->sessions.find(conn);
  return session == nullptr ? Outgoing{} : session->outbox.unsent(state_->buffers);
}

void Hub::handed_over(ConnId conn, std::size_t bytes, Now now) {
  Session* session = state_->sessions.find(conn);
  if (session == nullptr) return;
  core::handed_over(*state_, *session, bytes, now);
  send_mail_now(now);
}

void Hub::send_mail_now(Now now) {
  if (state_->mail_due.empty()) return;
  state_->origin = {DeliveryKind::mailbox, now.stopwatch_us};
  send_due_mail(*state_, now);
}

void Hub::written(ConnId conn, Now now) {
  Session* session = state_->sessions.find(conn);
  if (session == nullptr) return;
  std::vector<ReceiptId>& reached = state_->reached;
  reached.clear();
  session->outbox.written(reached);
  if (reached.empty()) return;
  receipts_written(*state_, reached, now);
  settle(*state_, now);
}

void Hub::take_commands(std::vector<Command>& out) {
  out.clear();
  out.swap(state_->commands);
}

void Hub::take_events(std::vector<Event>& out) {
  out.clear();
  out.swap(state_->events);
}

const Journal& Hub::journal() const { return state_->journal; }

namespace {

void stamp(State& state, Batch& batch, Now now) {
  batch.at = now.wall;
  // Set forward, the clock would take away what is to be kept; set back, what is written then, and
  // that also when it has been set right again.
  const WallTime steady = state.stats.started + (now.mono - state.started_mono);
  state.most_behind = std::max(state.most_behind, steady - now.wall);
  batch.aged_at = steady - state.most_behind;
}

}  // namespace

Batch Hub::take_batch(Now now) {
  if (state_->journal.starting_over()) journal_everything(*state_, now);
  Batch batch = state_->journal.take_batch();
  stamp(*state_, batch, now);
  return batch;
}

Batch Hub::take_last_batch(Now now) {
  journal_mail(*state_, now);  // first: it may be what the journal has no room for
  if (state_->journal.starting_over()) journal_everything(*state_, now);
  Batch batch = state_->journal.take_last_batch();
  stamp(*state_, batch, now);
  return batch;
}

void Hub::take_load_requests(std::vector<LoadRequest>& out) {
  out.clear();
  out.swap(state_->load_requests);
}

MonoTime Hub::next_deadline() const {
  const bool work_left =
      !state_->fanouts.running.empty() || !state_->coalescing.empty() || state_->topics.reaping();
  return work_left ? MonoTime::min() : state_->timers.next();
}

Stats Hub::stats(MonoTime now) const { return snapshot(*state_, now); }

std::string_view Hub::last_request() const {
  const std::size_t type = state_->last_request;
  return type < wire::request_types().size() ? wire::request_types()[type].name : "";
}

Admin Hub::admin() { return Admin(*state_); }

std::size_t Hub::connections() const { return state_->sessions.size(); }

}  // namespace signal_hub::core
