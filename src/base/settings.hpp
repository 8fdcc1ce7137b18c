// What an operator can set, as plain values. The option table in config/ fills it; the initial
// values here are the published defaults, and the table takes its defaults from them.
//
// In every limit 0 means unlimited. SIGHUP may replace the values between two turns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace signal_hub {

/// Read by core.
struct HubSettings {
  std::string hub_address = "@(cloudflare/signal-hub)";
  std::size_t max_message_size = 1'048'576;
  std::size_t max_actors = 50'000;
  std::size_t max_connections = 0;  // 0: the composition root derives it from the fd limit
  std::size_t max_connections_per_ip = 100;
  std::uint32_t accept_rate = 500;  // upgrades per second
  std::uint32_t rate_limit = 10;    // messages per second and session, sustained
  std::uint32_t rate_burst = 100;   // messages
  Millis connect_timeout{5'000};
  Millis ping_interval{25'000};
  Millis idle_timeout{60'000};
  Millis grace{30'000};
  Millis stale_after{3'600'000};  // 0: no session is ever stale
  bool stale_close = false;
  Millis actor_ttl{300'000};
  Millis actor_ttl_max{3'600'000};
  Millis cleanup_interval{60'000};
  Millis durable_ttl{604'800'000};
  std::size_t queue_limit = 1000;  // messages waiting per actor
  Millis ack_timeout{30'000};      // from the last byte being with the kernel
  std::uint32_t max_attempts = 5;
  Millis retry_base{1'000};
  Millis retry_cap{30'000};
  std::size_t ack_window = 64;         // unacknowledged deliveries per actor
  std::uint32_t breaker_failures = 5;  // in a row
  Millis breaker_pause{30'000};
  Millis receipt_ttl{600'000};
  Millis dedupe_window{3'600'000};       // reliable sends remembered on disk
  std::size_t dedupe_limit = 1'000'000;  // of them, at most
  std::size_t journal_limit = 100'000;   // changes waiting for the store
  std::size_t fanout_slice = 100;        // recipients per turn
  std::size_t broadcast_limit = 10'000;  // recipients
  std::size_t pause_threshold = 1000;    // messages
  std::size_t resume_threshold = 500;    // messages
  std::size_t max_queue_bytes = std::size_t{8} << 20U;
  std::size_t memory_limit = std::size_t{1} << 30U;  // bytes, outboxes + reassembly
  std::size_t dedupe_memory = 100'000;               // entries
  std::uint32_t high_connection_rate = 50;           // connections per minute that raise a warning
  std::uint32_t herd_threshold = 50;                 // connections per second that raise an error
  bool auth = false;                                 // a key is configured
  bool persistent = false;                           // the store gives texts back
};

/// Read by the adapters and the composition root.
struct ServerSettings {
  std::vector<std::string> listen{"127.0.0.1:8787"};
  std::string db = "/var/lib/signal-hub/hub.db";
  Millis checkpoint_interval{250};
  std::size_t checkpoint_batch = 1000;  // changes
  std::string durability = "full";      // full or normal
  std::size_t wal_limit = std::size_t{64} << 20U;
  std::size_t db_limit = 0;  // bytes of the database above which nothing more is promised
  std::size_t dead_letter_limit = 100'000;
  Millis dead_letter_ttl{2'592'000'000};
  std::vector<std::string> trusted_proxy;  // CIDR blocks
  std::vector<std::string> allow_origin;
  bool insecure = false;
  std::string tls_cert;
  std::string tls_key;
  std::string jwt_secret_file;
  std::vector<std::string> jwt_public_key;
  std::string jwt_algorithm = "HS256";  // of the secret: HS256, HS384 or HS512
  std::string jwt_issuer = "signal-hub";
  std::string jwt_audience;
  Millis jwt_max_age{86'400'000};
  std::string admin_token_file;  // empty: no administration over HTTP
  std::string admin_socket;      // path of a unix socket; empty: none
  Millis drain_timeout{5'000};
  bool compression = false;
  Millis slow_turn{50};
  double trace_sample = 1;  // of traces, 0 to 1; logged at debug
  // Health: the levels from which a check is degraded or unhealthy; shares in percent.
  Millis degraded_journal_lag{5'000};
  Millis unhealthy_journal_lag{60'000};
  std::size_t degraded_queue_depth = 100'000;  // messages
  std::uint32_t degraded_dead_letters = 100;   // within 15 minutes
  std::uint32_t degraded_stale = 10;           // of connections; above
  std::uint32_t degraded_disconnections = 50;  // of the last minute's connections; above
  std::uint32_t degraded_descriptors = 80;
  std::uint32_t unhealthy_descriptors = 95;
  Millis degraded_loop_lag{250};
  Millis unhealthy_loop_lag{2'000};
  std::string log_level = "info";
  std::string log_format = "json";
};

struct Settings {
  HubSettings hub;
  ServerSettings server;
};

}  // namespace signal_hub
