// Every fixed bound of the hub, in one place. Bounds an operator can move are in settings.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.hpp"

namespace signal_hub::limits {

// Envelope and names (PROTOCOL.md §2, §8)
inline constexpr std::size_t id_bytes = 128;
inline constexpr std::size_t type_bytes = 128;
inline constexpr std::size_t address_path_bytes = 256;
inline constexpr std::size_t topic_bytes = 256;
inline constexpr std::size_t json_depth = 256;

// Frames (PROTOCOL.md §1)
inline constexpr std::size_t handshake_frame_bytes = std::size_t{64} * 1024;
inline constexpr std::size_t oversize_close_factor = 4;
inline constexpr std::size_t message_fragments = 4096;  // frames one message may come in
inline constexpr unsigned bad_frames_per_minute = 10;
inline constexpr unsigned connect_refusals = 3;

// Registry (PROTOCOL.md §4)
inline constexpr std::size_t capabilities = 64;
inline constexpr std::size_t capability_bytes = 128;
inline constexpr std::size_t actor_metadata_bytes = std::size_t{4} * 1024;
inline constexpr std::size_t actors_per_session = 100;
inline constexpr std::size_t subscriptions_per_actor = 1000;
inline constexpr std::size_t topics = 100'000;
inline constexpr std::size_t bulk_elements = 100;
inline constexpr std::size_t listing = 100;
inline constexpr std::size_t retired_versions = 100'000;  // versions kept of removed addresses
inline constexpr std::size_t subscriptions_listed = 100;
inline constexpr Millis heartbeat_interval{20'000};

// Sessions (PROTOCOL.md §3, §4, §5)
inline constexpr Millis cut_after{2'000};
inline constexpr Millis read_throttle{1'000};
inline constexpr Millis refresh_interval{60'000};
inline constexpr Millis dedupe_lifetime{60'000};
inline constexpr std::size_t waiting_frames = 64;  // behind a running fan-out
inline constexpr std::size_t waiting_bytes = std::size_t{4} << 20U;
inline constexpr std::size_t connections_over_cap = 64;  // answered 503, beyond: closed

// Reliable delivery (PROTOCOL.md §7)
inline constexpr std::size_t acks = 1000;                  // of one hub:ack
inline constexpr std::size_t nack_reason_bytes = 256;      // becomes a dead letter's reason
inline constexpr std::size_t history_events = 16;          // told of one message
inline constexpr std::size_t trail_events = 12;            // kept of them: what went wrong
inline constexpr std::size_t receipts_at_once = 100;       // told to a sender that comes back
inline constexpr std::size_t dead_letters_at_once = 1000;  // requeued or purged
inline constexpr std::size_t stories_found = 20;           // messages with one id, for an admin
inline constexpr std::size_t status_searches = 16;         // for hub:status, at a time
inline constexpr std::size_t recent_fates = 4096;          // of at-most-once messages, in memory
inline constexpr std::size_t absent_senders = 100'000;     // that have receipts to fetch

// Mailboxes (PROTOCOL.md §7)
inline constexpr std::size_t mailbox_bytes = std::size_t{16} << 20U;  // per actor
// Of what is on disk as well: a head of each mailbox, and all of them together.
inline constexpr std::size_t mailbox_head_bytes = std::size_t{64} << 10U;
inline constexpr std::size_t stored_bytes_here = std::size_t{2} << 20U;
inline constexpr std::size_t mail_window_frames = 64;  // ahead of the socket
inline constexpr std::size_t mail_window_bytes = std::size_t{1} << 20U;
inline constexpr std::size_t mail_loaded_at_once = 64;
inline constexpr Millis mail_load_retry{1'000};

// Durability (DESIGN.md, durability contract)
inline constexpr std::size_t partly_stored = 64;  // publications that may be tried again
inline constexpr std::size_t partly_stored_addresses = 50'000;  // of their recipients
inline constexpr std::size_t loads_put_off = 10'000;   // reads of notices and receipts that failed
inline constexpr std::size_t loads_asked_again = 256;  // of them, after each pause
inline constexpr Millis load_retry{1'000};
inline constexpr std::uint64_t version_raise = 1'000;  // of all versions after a crash
inline constexpr Millis version_kept{86'400'000};      // of a removed address
inline constexpr std::uint64_t token_counter_raise = 1'000;

// Tokens (PROTOCOL.md §9)
inline constexpr Millis clock_skew{30'000};
inline constexpr Millis expired_token_grace{300'000};
inline constexpr Millis timestamp_window{300'000};
inline constexpr std::size_t nonces = 10'000;  // remembered of token refreshes
inline constexpr std::size_t token_bytes = std::size_t{16} * 1024;
inline constexpr std::size_t secret_bytes_min = 32;

// Fan-out: slices per turn, over all running ones
inline constexpr std::size_t slices_per_turn = 4;
// Recipients that are more than caches hold: from so many on it pays to ask for their memory ahead,
// and to reference what they share instead of copying it
inline constexpr std::size_t many_recipients = 200;

// A large fan-out's deliveries to one session wait for those of the next, as long as there is one,
// up to so many bytes and so long; then so many sessions a turn are written, and so much
inline constexpr std::size_t coalesced_bytes = std::size_t{64} * 1024;
inline constexpr Millis coalesced_time{20};
inline constexpr std::size_t coalesced_writes_per_turn = 100;
inline constexpr std::size_t coalesced_bytes_per_turn = std::size_t{2} << 20U;

// Subscriptions of ended actors taken out of their topics per turn
inline constexpr std::size_t reaped_per_turn = 1000;

// Outboxes. Tails at least this large are referenced for few recipients too, and end a write. Small
// ones are put together for a write, up to about so much: what a blocked socket leaves with the
// library can no longer be discarded.
inline constexpr std::size_t shared_tail_bytes = 4096;
inline constexpr std::size_t gathered_bytes = std::size_t{64} * 1024;
// Frames go on in new memory beyond this, so that what was handed over is freed early
inline constexpr std::size_t outbox_chunk_bytes = std::size_t{64} * 1024;

// Log: lines that stdout does not take; beyond, new ones are dropped and counted
inline constexpr std::size_t log_buffer_bytes = std::size_t{1} << 20U;

// Administration
inline constexpr std::size_t admin_page = 100;  // items, unless the request says
inline constexpr std::size_t admin_page_max = 1000;
inline constexpr std::size_t admin_scan = 10'000;  // entries looked at for one page
inline constexpr std::size_t admin_body_bytes = std::size_t{1} << 20U;
inline constexpr std::size_t admin_ids = 1000;    // in one request
inline constexpr std::size_t admin_waiting = 64;  // requests answered later
inline constexpr std::size_t admin_streams = 32;
inline constexpr std::size_t admin_events = 1000;     // remembered
inline constexpr std::size_t admin_token_bytes = 16;  // a shorter token is refused
inline constexpr Millis admin_answer_timeout{10'000};

static_assert(topics >= subscriptions_per_actor);

}  // namespace signal_hub::limits
