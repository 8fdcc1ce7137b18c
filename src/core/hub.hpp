// The hub: façade of core, the only way in and out (DESIGN.md, "Core's surface is values").
//
// Deterministic: no I/O, no clock, no logger. `now` is an argument, ids come from the seed; the
// same calls give the same bytes. Nothing here calls back: effects are collected and taken by the
// turn. Not thread-safe; owned by the composition root.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/settings.hpp"
#include "base/time.hpp"
#include "core/authenticator.hpp"
#include "core/effects.hpp"
#include "core/journal.hpp"
#include "core/outbox.hpp"
#include "core/renewal_tokens.hpp"
#include "core/stats.hpp"

namespace signal_hub::core {

class Admin;
struct State;

class Hub {
 public:
  /// `authenticator` may be null when settings.auth is false; it must outlive the hub. `mac` signs
  /// renewal tokens.
  Hub(const HubSettings& settings, const Authenticator* authenticator, Mac mac, std::uint64_t seed,
      Now started);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // ---- in: what the transport saw -------------------------------------------------------------

  /// May a connection from `ip` be upgraded now? Counts towards the rates; if admitted, exactly one
  /// opened() or abandoned() with the same ip must follow.
  Admission admit(std::string_view ip, Now now);

  /// The transport has refused a connection itself.
  void refused(RefusalReason reason, Now now);

  /// An admitted upgrade that never became a connection.
  void abandoned(std::string_view ip);

  /// An admitted upgrade is complete.
  ConnId opened(std::string_view ip, Now now);

  /// How many bytes of one message the transport may collect before it calls oversized().
  std::size_t frame_limit(ConnId conn) const;

  /// The transport holds `bytes` of unfinished messages of this connection (memory accounting).
  void reassembling(ConnId conn, std::size_t bytes, Now now);

  /// One complete message. Text and binary are treated alike on a JSON session.
  void frame(ConnId conn, std::string_view bytes, Now now);

  /// A message passed frame_limit(); its bytes are discarded by the transport. `size` is what is
  /// known of it so far.
  void oversized(ConnId conn, std::size_t size, Now now);

  /// More of such a message has been discarded; past 4 times the limit the session ends.
  void still_oversized(ConnId conn, std::size_t size, Now now);

  /// A sign of life that is no message: a pong.
  void alive(ConnId conn, Now now);

  /// The socket is gone. `clean` is a close frame with code 1000 or without a code.
  void closed(ConnId conn, bool clean, Now now);

  // ---- in: time and durability ----------------------------------------------------------------

  /// Everything due at `now` happens, and one slice of every running fan-out.
  void tick(Now now);

  /// Puts back what a run before has left, but for the messages, which follow in portions; then
  /// finish_restore(). REQUIRES: called once, before everything else.
  Restored restore(const Recovered& recovered, Now now);
  void restore_messages(std::span<const RecoveredMessage> messages, Restored& done, Now now);
  void finish_restore(Restored& done, Now now);

  /// All journal entries up to and including `seq` are on disk but for those in `refused`
  /// (ascending), which the store will never take. A failure is over.
  void durable(std::uint64_t seq, const std::vector<std::uint64_t>& refused, Now now);

  /// The store cannot write: nothing is promised until durable().
  void store_failed();

  /// The database has reached its limit, or has room again: nothing, or something, is promised.
  void storage_full(bool full);

  /// What take_load_requests() asked for.
  void loaded(Loaded rows, Now now);

  /// Stop: tells every session server_shutdown, with a reconnectAfter spread over `spread`, and
  /// closes with 1001. No connection is admitted any more.
  void drain(Millis spread, Now now);

  /// Asked about tokens from now on; what it has granted stays. REQUIRES: settings.auth; it
  /// outlives the hub.
  void authenticate_with(const Authenticator& authenticator);

  /// Which share of the traces (metadata.traceId) is logged, 0 to 1.
  void trace(double sample);

  /// Puts a report of the state, of bounded length, among the events.
  void report(Now now);

  /// New limits for what follows; hub_address and auth must not change.
  void reconfigure(const HubSettings& settings);

  // ---- out: taken by the turn ------------------------------------------------------------------

  /// Connections with unsent bytes since the last call; each once. Clears `out` first.
  void take_dirty(std::vector<ConnId>& out);

  /// The next frames to write, valid until the next call on any connection; empty when nothing
  /// waits.
  Outgoing unsent(ConnId conn);

  /// The transport took unsent(), which has so many bytes; they can no longer be discarded.
  void handed_over(ConnId conn, std::size_t bytes, Now now);

  /// Everything handed over is with the kernel. Sends receipts that waited for it.
  void written(ConnId conn, Now now);

  /// Closes, cuts and read pauses, in order. Clears `out` first.
  void take_commands(std::vector<Command>& out);

  /// To log and to count, in order. Clears `out` first.
  void take_events(std::vector<Event>& out);

  const Journal& journal() const;

  /// The changes that wait for the store. REQUIRES: !journal().empty().
  Batch take_batch(Now now);

  /// The changes that wait and all mail that is in memory only: what a clean stop leaves.
  Batch take_last_batch(Now now);

  /// What is to be read from the store. Clears `out` first.
  void take_load_requests(std::vector<LoadRequest>& out);

  /// When tick() is due next; MonoTime::min() while a fan-out has slices left, `never` if nothing
  /// is pending.
  MonoTime next_deadline() const;

  Stats stats(MonoTime now) const;

  // ---- the operator ----------------------------------------------------------------------------

  /// For one call.
  Admin admin();

  std::size_t connections() const;

  /// The type of the request that the last frame() carried; empty: it carried none.
  std::string_view last_request() const;

 private:
  void begin(Now now);
  void send_mail_now(Now now);

  std::unique_ptr<State> state_;
};

}  // namespace signal_hub::core
