#include "config/options.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "config/values.hpp"

namespace signal_hub::config {
namespace {

constexpr std::uint64_t any = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t day_ms = 86'400'000;

template <auto Member>
Field hub(Settings& s) {
  return &(s.hub.*Member);
}

template <auto Member>
Field server(Settings& s) {
  return &(s.server.*Member);
}

using H = HubSettings;
using S = ServerSettings;

constexpr Option text(std::string_view name, std::string_view section, std::string_view metavar,
                      std::string_view help, Field (*bind)(Settings&), bool reloadable = false,
                      std::string_view choices = "") {
  return {name, section, metavar, help, Unit::none, 0, 0, choices, reloadable, bind};
}

constexpr Option flag(std::string_view name, std::string_view section, std::string_view help,
                      Field (*bind)(Settings&)) {
  return {name, section, "", help, Unit::none, 0, 0, "", false, bind};
}

constexpr Option number(std::string_view name, std::string_view section, std::string_view help,
                        Field (*bind)(Settings&), std::uint64_t least = 0,
                        std::uint64_t most = any) {
  return {name, section, "N", help, Unit::none, least, most, "", true, bind};
}

constexpr Option percentage(std::string_view name, std::string_view section, std::string_view help,
                            Field (*bind)(Settings&)) {
  return {name, section, "PERCENT", help, Unit::none, 0, 100, "", true, bind};
}

constexpr Option share(std::string_view name, std::string_view section, std::string_view help,
                       Field (*bind)(Settings&)) {
  return {name, section, "SHARE", help, Unit::none, 0, 1, "", true, bind};
}

constexpr Option bytes(std::string_view name, std::string_view section, std::string_view help,
                       Field (*bind)(Settings&), std::uint64_t least = 0) {
  constexpr std::uint64_t most = std::uint64_t{1} << 40U;
  return {name, section, "SIZE", help, Unit::bytes, least, most, "", true, bind};
}

constexpr Option duration(std::string_view name, std::string_view section, std::string_view help,
                          Field (*bind)(Settings&), std::uint64_t least = 0) {
  return {name, section, "TIME", help, Unit::milliseconds, least, 30 * day_ms, "", true, bind};
}

/// Read at the start only.
constexpr Option at_start(Option option) {
  option.reloadable = false;
  return option;
}

/// Applied by a reload too.
constexpr Option reloading(Option option) {
  option.reloadable = true;
  return option;
}

constexpr std::string_view listening = "Listening";
constexpr std::string_view security = "Security";
constexpr std::string_view sessions = "Sessions";
constexpr std::string_view registry = "Registry";
constexpr std::string_view delivery = "Delivery and flow control";
constexpr std::string_view limits = "Limits";
constexpr std::string_view durability = "Durability";
constexpr std::string_view operation = "Operation";
constexpr std::string_view health = "Health";

constexpr std::array table{
    text("listen", listening, "ADDRESS",
         "Address to listen on: HOST:PORT, [V6]:PORT or unix:PATH; repeatable; port 0 picks one.",
         server<&S::listen>),
    text("tls-cert", listening, "FILE",
         "PEM certificate chain; serves wss:// and https://. A reload reads it again.",
         server<&S::tls_cert>, true),
    text("tls-key", listening, "FILE", "PEM key of the certificate.", server<&S::tls_key>, true),
    text("allow-origin", listening, "ORIGIN",
         "Origin of web pages that may connect, compared exactly; repeatable.",
         server<&S::allow_origin>, true),
    text("trusted-proxy", listening, "CIDR",
         "Proxy whose X-Forwarded-For names the client; repeatable.", server<&S::trusted_proxy>),
    flag("compression", listening,
         "permessage-deflate; refused with libwebsockets before 4.3.3, where it is broken.",
         server<&S::compression>),

    text("jwt-secret-file", security, "FILE",
         "Secret of HMAC-signed tokens, at least 32 bytes; turns authentication on.",
         server<&S::jwt_secret_file>, true),
    text("jwt-algorithm", security, "ALG", "HMAC algorithm of the secret.",
         server<&S::jwt_algorithm>, true, "HS256|HS384|HS512"),
    text("jwt-public-key", security, "[KID=]FILE",
         "PEM public key of RS256 or ES256 tokens, chosen by kid; repeatable; turns authentication "
         "on.",
         server<&S::jwt_public_key>, true),
    text("jwt-issuer", security, "NAME", "What the claim iss must say.", server<&S::jwt_issuer>,
         true),
    text("jwt-audience", security, "NAME", "What the claim aud must contain, if given.",
         server<&S::jwt_audience>, true),
    duration("jwt-max-age", security, "How long after iat a token may be used.",
             server<&S::jwt_max_age>, 1000),
    text("admin-token-file", security, "FILE",
         "Token of the administration API under /api/v1; without it the API is refused.",
         server<&S::admin_token_file>, true),
    text("admin-socket", security, "PATH",
         "Unix socket of the administration API, for the hub's user and root; needs no token.",
         server<&S::admin_socket>),
    flag("insecure", security, "Allow to listen beyond this machine without authentication.",
         server<&S::insecure>),

    text("hub-address", sessions, "ADDRESS", "The hub's own address.", hub<&H::hub_address>),
    duration("connect-timeout", sessions, "How long a connection may take until hub:connect.",
             hub<&H::connect_timeout>),
    duration("ping-interval", sessions, "How often the hub pings each client.",
             hub<&H::ping_interval>),
    duration("idle-timeout", sessions, "How long a client may be silent, pongs included.",
             hub<&H::idle_timeout>),
    duration("grace", sessions,
             "How long actors of a lost session stay, as away; 0: they end at once.",
             hub<&H::grace>),
    duration("stale-after", sessions,
             "How long a session may have no message either way before it counts as stale.",
             hub<&H::stale_after>),
    reloading(flag("stale-close", sessions, "End stale sessions, with the reason idle.",
                   hub<&H::stale_close>)),

    number("max-actors", registry,
           "Registered actors, with those kept for durable subscriptions; more are refused.",
           hub<&H::max_actors>),
    duration("actor-ttl", registry, "Lifetime of a registration that asks for none.",
             hub<&H::actor_ttl>, 1000),
    duration("actor-ttl-max", registry, "Longest lifetime a registration may ask for.",
             hub<&H::actor_ttl_max>, 1000),
    duration("cleanup-interval", registry, "How often what nobody asks for any more is forgotten.",
             hub<&H::cleanup_interval>),

    number("fanout-slice", delivery, "Recipients served per turn of the loop.",
           hub<&H::fanout_slice>, 1, 100'000),
    number("broadcast-limit", delivery, "Most recipients of one message.",
           hub<&H::broadcast_limit>),
    number("pause-threshold", delivery, "Queued messages of a target above which senders pause.",
           hub<&H::pause_threshold>),
    number("resume-threshold", delivery, "Queued messages below which they go on.",
           hub<&H::resume_threshold>),
    bytes("max-queue-bytes", delivery, "Outbound queue of one client; beyond, it is cut.",
          hub<&H::max_queue_bytes>),
    number("queue-limit", delivery, "Messages that wait for one actor.", hub<&H::queue_limit>),
    duration("ack-timeout", delivery,
             "How long a target may take to acknowledge a reliable message.", hub<&H::ack_timeout>,
             1),
    number("max-attempts", delivery,
           "Attempts to deliver a reliable message before it becomes a dead letter.",
           hub<&H::max_attempts>),
    duration("retry-base", delivery, "Longest pause before the second attempt; doubles each time.",
             hub<&H::retry_base>, 1),
    duration("retry-cap", delivery, "Longest pause between two attempts.", hub<&H::retry_cap>, 1),
    number("ack-window", delivery, "Unacknowledged messages of one actor on their way at once.",
           hub<&H::ack_window>),
    number("breaker-failures", delivery,
           "Failed attempts in a row after which a target is left alone; 0: never.",
           hub<&H::breaker_failures>),
    duration("breaker-pause", delivery, "How long it is left alone before one attempt is made.",
             hub<&H::breaker_pause>, 1),
    duration("receipt-ttl", delivery,
             "How long it is known, and told its sender, what became of a stored message.",
             hub<&H::receipt_ttl>, 1000),
    duration("dedupe-window", delivery, "How long ids of reliable messages are remembered on disk.",
             hub<&H::dedupe_window>, 1000),
    number("dedupe-limit", delivery, "How many of them at most, the oldest forgotten first.",
           hub<&H::dedupe_limit>, 1),
    duration("durable-ttl", delivery, "How long durable subscriptions of an absent actor are kept.",
             hub<&H::durable_ttl>),
    number("dedupe-memory", delivery, "Requests remembered for retries.", hub<&H::dedupe_memory>),

    bytes("max-message-size", limits, "Largest message.", hub<&H::max_message_size>, 1024),
    number("max-connections", limits, "Connections in all; 0: as many as the fd limit allows.",
           hub<&H::max_connections>),
    number("max-connections-per-ip", limits, "Connections from one address.",
           hub<&H::max_connections_per_ip>),
    number("accept-rate", limits, "Connections accepted per second.", hub<&H::accept_rate>),
    number("rate-limit", limits, "Messages per second and session, sustained.",
           hub<&H::rate_limit>),
    number("rate-burst", limits, "Messages a session may send at once.", hub<&H::rate_burst>, 1),
    bytes("memory-limit", limits, "All queues together; beyond, the largest consumer is cut.",
          hub<&H::memory_limit>),

    text("db", durability, "FILE", "The database; :memory: keeps nothing.", server<&S::db>),
    text("durability", durability, "LEVEL",
         "full: a commit survives power loss; normal: a crash of the hub only, and is cheaper.",
         server<&S::durability>, false, "full|normal"),
    duration("checkpoint-interval", durability, "How long a change may wait for a commit.",
             server<&S::checkpoint_interval>),
    number("checkpoint-batch", durability, "Changes that make a commit due before the interval.",
           server<&S::checkpoint_batch>, 1),
    at_start(bytes("wal-limit", durability,
                   "Size of the write-ahead log above which it is cut short (at most a quarter of "
                   "--db-limit).",
                   server<&S::wal_limit>, std::uint64_t{1} << 20U)),
    bytes("db-limit", durability,
          "Size of the database above which nothing more is promised; 0: unlimited.",
          server<&S::db_limit>),
    number("dead-letter-limit", durability, "Dead letters kept; the oldest go first.",
           server<&S::dead_letter_limit>),
    at_start(duration("dead-letter-ttl", durability, "How long dead letters are kept.",
                      server<&S::dead_letter_ttl>)),
    number("journal-limit", durability,
           "Changes that may wait for the database; beyond, all is written anew later.",
           hub<&H::journal_limit>, 1000),

    duration("drain-timeout", operation, "How long a stop waits for clients to be told.",
             server<&S::drain_timeout>),
    number("high-connection-rate", operation,
           "Connections a minute above which a warning is logged.", hub<&H::high_connection_rate>),
    number("herd-threshold", operation, "Connections a second above which an error is logged.",
           hub<&H::herd_threshold>),
    duration("slow-turn", operation,
             "A turn of the loop that takes longer is logged, with what took longest.",
             server<&S::slow_turn>),
    share("trace-sample", operation,
          "Share of the traces, by metadata.traceId, that are logged at debug: 0 to 1.",
          server<&S::trace_sample>),
    text("log-level", operation, "LEVEL", "What is logged.", server<&S::log_level>, true,
         "debug|info|warn|error"),
    text("log-format", operation, "FORMAT", "JSON lines, or text for a terminal.",
         server<&S::log_format>, false, "json|text"),

    duration("degraded-journal-lag", health,
             "Age of what is not on disk from which the hub is degraded.",
             server<&S::degraded_journal_lag>),
    duration("unhealthy-journal-lag", health, "Age from which it is unhealthy.",
             server<&S::unhealthy_journal_lag>),
    number("degraded-queue-depth", health,
           "Messages in all outbound queues from which the hub is degraded.",
           server<&S::degraded_queue_depth>),
    number("degraded-dead-letters", health,
           "Stored messages that died within 15 minutes from which the hub is degraded.",
           server<&S::degraded_dead_letters>),
    percentage("degraded-stale", health, "Share of stale connections above which it is degraded.",
               server<&S::degraded_stale>),
    percentage("degraded-disconnections", health,
               "Share of a minute's connections that were lost or cut above which it is degraded.",
               server<&S::degraded_disconnections>),
    percentage("degraded-descriptors", health,
               "Share of file descriptors in use from which it is degraded.",
               server<&S::degraded_descriptors>),
    percentage("unhealthy-descriptors", health, "Share from which it is unhealthy.",
               server<&S::unhealthy_descriptors>),
    duration("degraded-loop-lag", health,
             "How long the loop may be late, or work without a pause, until it is degraded.",
             server<&S::degraded_loop_lag>),
    duration("unhealthy-loop-lag", health, "How long until it is unhealthy.",
             server<&S::unhealthy_loop_lag>),
};

}  // namespace

std::span<const Option> option_table() { return table; }

const Option* find_option(std::string_view name) {
  const auto* found =
      std::find_if(table.begin(), table.end(), [name](const Option& o) { return o.name == name; });
  return found == table.end() ? nullptr : found;
}

std::string environment_name(const Option& option) {
  std::string name = "SIGNAL_HUB_";
  for (const char c : option.name) {
    name += c == '-' ? '_' : static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

std::string default_text(const Option& option) {
  Settings defaults;
  return value_text(option, option.bind(defaults));
}

}  // namespace signal_hub::config
