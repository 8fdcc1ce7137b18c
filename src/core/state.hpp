// State: everything the hub knows, in one place, without behaviour.
//
// The rooms of core work on it as functions; includes run one way: hub → intake → handlers →
// fanout, lifecycle → outflow → state.
#pragma once

#include <deque>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "base/limits.hpp"
#include "base/settings.hpp"
#include "base/slot_map.hpp"
#include "core/admission.hpp"
#include "core/authenticator.hpp"
#include "core/commit_waits.hpp"
#include "core/dedupe.hpp"
#include "core/effects.hpp"
#include "core/fanout.hpp"
#include "core/fates.hpp"
#include "core/journal.hpp"
#include "core/load.hpp"
#include "core/nonces.hpp"
#include "core/open_request.hpp"
#include "core/operator_messages.hpp"
#include "core/outbox.hpp"
#include "core/publication.hpp"
#include "core/registry.hpp"
#include "core/remembered_ids.hpp"
#include "core/renewal_tokens.hpp"
#include "core/session.hpp"
#include "core/stats.hpp"
#include "core/timers.hpp"
#include "core/told_receipts.hpp"
#include "core/topics.hpp"
#include "wire/envelope.hpp"

namespace signal_hub::core {

/// The answer an ask send waits for until its frame is with the kernel.
struct AskReceipt {
  OpenRequest request;
  std::string target;
};

/// An at-most-once message out of the store, which is done only then.
struct HeldReceipt {
  Held held;
  std::string target;
};

/// A session with deliveries of a large fan-out; others on their way to it may share their write.
struct Coalescing {
  ConnId conn;
  MonoTime since;
};

/// An attempt to deliver a reliable one, which begins to wait for its ack then.
struct AttemptReceipt {
  ActorId actor;
  std::uint64_t position;
  std::uint16_t attempt;
};

using DeliveryReceipt = std::variant<AskReceipt, HeldReceipt, AttemptReceipt>;

/// What is being delivered at the moment: for figures.
struct Origin {
  DeliveryKind kind = DeliveryKind::send;
  std::uint64_t accepted_us = 0;  // stopwatch when its message, or this call, came
};

struct State {
  State(const HubSettings& settings_, const Authenticator* authenticator_, Mac mac_,
        std::uint64_t seed, Now started)
      : settings(settings_), authenticator(authenticator_), mac(std::move(mac_)), rng(seed) {
    stats.started = started.wall;
    started_mono = started.mono;
  }

  HubSettings settings;
  const Authenticator* authenticator;
  Mac mac;
  Rng rng;
  wire::EnvelopeDecoder decoder;
  MonoTime started_mono{};  // when stats.started was
  Millis most_behind{0};    // the wall clock, since then

  // Memory held in queues, in bytes; before what is accounted here, so that it outlives it.
  std::size_t queued_frames = 0;  // in outboxes
  std::size_t queued_bytes = 0;   // copied into outboxes
  std::size_t shared_bytes = 0;   // large payloads, each once
  std::size_t waiting_bytes = 0;  // frames behind fan-outs
  std::size_t reassembly_bytes = 0;
  std::size_t mail_messages = 0;  // in mailboxes
  std::size_t attempts_out = 0;   // reliable messages that are sent and not decided
  std::size_t attempts_pausing = 0;
  std::size_t breakers_open = 0;

  Gate gate;
  SlotMap<Session, ConnId> sessions;
  StringMap<ConnId> by_identity;  // with auth: who is connected as this address
  std::size_t connected = 0;
  std::size_t stale = 0;  // sessions
  Registry registry;
  Topics topics;
  Dedupe dedupe;
  Nonces nonces;
  Fanouts fanouts;
  Journal journal;
  CommitWaits commit_waits;
  bool store_failing = false;  // the last attempt to write failed: nothing is promised
  bool store_full = false;     // the database has reached its limit: the same
  std::uint64_t last_position = 0;
  std::uint64_t crashes = 0;  // that the database has seen
  Timers timers;
  BufferPool buffers;

  std::unordered_map<ReceiptId, DeliveryReceipt> receipts;
  ReceiptId last_receipt = 0;
  std::vector<ReceiptId> reached;  // scratch
  OpenRequest request_scratch;     // a request that is done: its texts' memory serves the next
  std::string from_scratch;        // likewise
  std::string payload_scratch;
  std::string frame_scratch;
  std::string tail_scratch;

  std::vector<ConnId> dirty;
  std::deque<Coalescing> coalescing;  // written once no more is to come, or the oldest is too old
  std::vector<ConnId> overflowing;
  std::vector<ConnId> farewells;           // sessions whose hub:disconnect waits for open answers
  std::vector<ActorId> mail_due;           // online, and their mailboxes may have something to send
  std::vector<HeldReceipt> returned_mail;  // could not be delivered: back to the mailbox
  std::vector<LoadRequest> load_requests;
  std::unordered_map<std::uint64_t, Load> loads;  // outstanding
  std::deque<Load> put_off;                       // the store could not be read: to be asked again
  std::uint64_t last_load = 0;
  std::vector<DuplicateLoad> not_duplicates;  // to be taken as what they are: new
  RememberedIds remembered;
  PartlyStored partly_stored;
  std::size_t status_searches = 0;  // going on
  Fates fates{limits::recent_fates};
  std::unordered_set<std::string> absent_senders;  // have receipts to fetch
  ToldReceipts told_receipts;
  std::uint32_t last_operator_ticket = 0;
  std::vector<OperatorAnswer> operator_answers;
  std::vector<Command> commands;
  std::vector<Event> events;
  RateWindow received;
  Origin origin;
  double trace_sample = 0;                          // of traces, 0 to 1
  std::size_t last_request = OpenRequest::no_type;  // index of wire::Request, of this call
  Stats stats;
};

}  // namespace signal_hub::core
