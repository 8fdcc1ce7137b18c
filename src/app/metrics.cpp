#include "app/metrics.hpp"

#include <array>
#include <charconv>
#include <concepts>

#include "base/version.hpp"
#include "wire/requests.hpp"

namespace signal_hub::app {
namespace {

enum Row : std::size_t {
  build_info,
  connections,
  sessions,
  sessions_stale,
  connections_opened,
  connections_closed,
  connection_durations,
  connections_refused,
  actors,
  actors_away,
  actors_dormant,
  topics,
  subscriptions,
  messages_received,
  messages_by_type,
  failed_by_type,
  messages_sent,
  deliveries,
  deliveries_by_type,
  delivery_durations,
  bytes_received,
  bytes_sent,
  dropped,
  errors,
  pauses,
  slow_consumers,
  duplicates,
  round_trips,
  queue_messages,
  queue_bytes,
  reassembly_bytes,
  backed_up,
  fanouts,
  dedupe_entries,
  messages_rate,
  connections_minute,
  draining,
  mail_messages,
  messages_stored,
  dead_letters,
  attempts,
  attempts_failed,
  acknowledged,
  unknown_acks,
  acks_pending,
  retries_pending,
  breakers_opened,
  breakers_open,
  receipts_fetched,
  remembered_ids,
  dead_letters_kept,
  dead_letters_evicted,
  receipts_kept,
  db_bytes,
  journal_backlog,
  journal_lag,
  journal_restarts,
  commit_waits,
  store_up,
  commits,
  rows_written,
  rows_refused,
  write_failures,
  wal_bytes,
  commit_duration,
  turn_duration,
  health_status,
  log_lines_dropped,
  process_memory,
  process_cpu,
  process_fds,
  process_max_fds,
  row_count,
};

constexpr std::array<MetricInfo, row_count> table{{
    {"build_info", "gauge", "Always 1; the label carries the version."},
    {"connections", "gauge", "Open WebSocket connections."},
    {"sessions_connected", "gauge", "Sessions whose hub:connect was accepted."},
    {"sessions_stale", "gauge", "Sessions without a message either way for --stale-after."},
    {"connections_opened_total", "counter", "WebSocket connections opened."},
    {"connections_closed_total", "counter", "WebSocket connections ended, by how or why."},
    {"connection_duration_seconds", "histogram", "How long connections lasted that have ended."},
    {"connections_refused_total", "counter", "Connections refused, by reason."},
    {"actors", "gauge", "Registered actors."},
    {"actors_away", "gauge", "Registered actors whose session was lost."},
    {"actors_dormant", "gauge", "Addresses kept for their durable subscriptions only."},
    {"topics", "gauge", "Topic names and patterns with a subscriber."},
    {"subscriptions", "gauge", "Subscriptions."},
    {"messages_received_total", "counter", "Messages received, bad ones included."},
    {"requests_total", "counter", "Requests understood, by type."},
    {"requests_failed_total", "counter", "Error answers, by the type of what was asked."},
    {"messages_sent_total", "counter", "Messages put into outbound queues, answers included."},
    {"deliveries_total", "counter", "Forwarded messages put into outbound queues."},
    {"deliveries_by_type_total", "counter", "Deliveries, by what brought them."},
    {"delivery_duration_seconds", "histogram",
     "From a message's arrival until the transport had it for a recipient."},
    {"received_bytes_total", "counter", "Payload bytes of received messages."},
    {"sent_bytes_total", "counter", "Bytes written to sockets, frame headers included."},
    {"messages_dropped_total", "counter", "Messages dropped instead of delivered, by reason."},
    {"errors_total", "counter", "Error answers, by code."},
    {"pauses_total", "counter", "hub:pause messages sent."},
    {"slow_consumers_total", "counter", "Sessions cut because they did not read."},
    {"duplicates_answered_total", "counter", "Retried requests answered from memory."},
    {"ping_round_trip_seconds", "histogram", "From a ping to its pong."},
    {"queue_messages", "gauge", "Frames in outbound queues."},
    {"queue_bytes", "gauge", "Bytes held in outbound queues, shared payloads once."},
    {"reassembly_bytes", "gauge", "Bytes held of messages that still arrive."},
    {"connections_backed_up", "gauge", "Connections whose socket takes no more at the moment."},
    {"fanouts_running", "gauge", "Fan-outs spread over several turns."},
    {"dedupe_entries", "gauge", "Requests remembered for retries."},
    {"messages_per_second", "gauge", "Messages received per second over the last 10 seconds."},
    {"connection_attempts_minute", "gauge", "Upgrades asked for in the current minute."},
    {"draining", "gauge", "1 while the hub stops."},
    {"mailbox_messages", "gauge", "Messages waiting for actors that are offline."},
    {"messages_stored_total", "counter", "Messages taken into storage."},
    {"dead_letters_total", "counter", "Stored messages that will not be delivered."},
    {"attempts_total", "counter", "Attempts to deliver reliable messages."},
    {"attempts_failed_total", "counter", "Attempts without an acknowledgement, by reason."},
    {"messages_acknowledged_total", "counter", "Reliable messages their targets acknowledged."},
    {"unknown_acks_total", "counter", "Acknowledgements of what was not outstanding."},
    {"acks_pending", "gauge", "Reliable messages that were delivered and not yet acknowledged."},
    {"retries_pending", "gauge", "Reliable messages waiting for their next attempt."},
    {"breakers_opened_total", "counter", "How often deliveries to a target were suspended."},
    {"breakers_open", "gauge", "Targets whose deliveries are suspended."},
    {"receipts_fetched_total", "counter", "Receipts told to senders that had been away."},
    {"remembered_ids", "gauge", "Ids of reliable messages remembered for retries."},
    {"dead_letters_kept", "gauge", "Dead letters in the database."},
    {"dead_letters_evicted_total", "counter", "Dead letters deleted as too many or too old."},
    {"receipts_kept", "gauge", "Rows of messages that have ended and of publications."},
    {"store_db_bytes", "gauge", "Size of the database: pages in use and write-ahead log."},
    {"journal_backlog", "gauge", "Changes waiting for the next commit."},
    {"journal_lag_seconds", "gauge", "Age of the oldest change that is not on disk."},
    {"journal_restarts_total", "counter", "How often the backlog passed --journal-limit."},
    {"commit_waits", "gauge", "Answers waiting for a commit."},
    {"store_up", "gauge", "1 while the database can be written."},
    {"store_commits_total", "counter", "Transactions committed."},
    {"store_rows_written_total", "counter", "Changes committed."},
    {"store_rows_refused_total", "counter", "Changes the database refused for good."},
    {"store_write_failures_total", "counter", "Attempts to write that failed."},
    {"store_wal_bytes", "gauge", "Size of the write-ahead log."},
    {"store_commit_duration_seconds", "histogram", "How long a commit took, off the loop."},
    {"turn_duration_seconds", "histogram", "How long a turn of the loop worked."},
    {"health_status", "gauge", "Checks of /health: 0 ok, 1 degraded, 2 unhealthy."},
    {"log_lines_dropped_total", "counter", "Log lines that standard output did not take."},
    {"process_resident_memory_bytes", "gauge", "Resident memory."},
    {"process_cpu_seconds_total", "counter", "CPU time, user and system."},
    {"process_open_fds", "gauge", "Open file descriptors."},
    {"process_max_fds", "gauge", "The limit on file descriptors."},
}};

class Page {
 public:
  void head(Row row) {
    const MetricInfo& m = table[row];
    append({"# HELP signalhub_", m.name, " ", m.help, "\n# TYPE signalhub_", m.name, " ", m.type,
            "\n"});
  }

  /// `labels` is empty or `{name="value"}`.
  void sample(Row row, std::string_view suffix, std::string_view labels, auto value) {
    append({"signalhub_", table[row].name, suffix, labels, " "});
    number(value);
    out_ += '\n';
  }

  void single(Row row, auto value) {
    head(row);
    sample(row, "", "", value);
  }

  std::string take() { return std::move(out_); }

 private:
  void append(std::initializer_list<std::string_view> parts) {
    for (const std::string_view part : parts) out_ += part;
  }
  void number(auto value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    out_.append(text.data(), end);
  }

  std::string out_;
};

std::string label(std::string_view name, std::string_view value) {
  return "{" + std::string(name) + "=\"" + std::string(value) + "\"}";
}

std::string seconds_text(std::uint64_t us) {
  std::array<char, 32> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), static_cast<double>(us) / 1e6).ptr;
  return {text.data(), end};
}

template <class Buckets>
void histogram_page(Page& page, Row row, const Histogram<Buckets>& durations) {
  page.head(row);
  const auto sums = durations.cumulative();
  for (std::size_t i = 0; i < Buckets::bounds_us.size(); ++i) {
    page.sample(row, "_bucket", label("le", seconds_text(Buckets::bounds_us[i])), sums[i]);
  }
  page.sample(row, "_bucket", label("le", "+Inf"), durations.count());
  page.sample(row, "_sum", "", static_cast<double>(durations.sum_us()) / 1e6);
  page.sample(row, "_count", "", durations.count());
}

void connections_page(Page& page, const core::Stats& s) {
  page.head(build_info);
  page.sample(build_info, "", label("version", server_version), 1);
  page.single(connections, s.connections);
  page.single(sessions, s.sessions_connected);
  page.single(sessions_stale, s.sessions_stale);
  page.single(connections_opened, s.connections_opened);
  page.head(connections_closed);
  for (std::size_t i = 0; i < s.closed.size(); ++i) {
    page.sample(connections_closed, "", label("outcome", name(static_cast<core::Outcome>(i))),
                s.closed[i]);
  }
  histogram_page(page, connection_durations, s.connection_durations);
  page.head(connections_refused);
  for (std::size_t i = 0; i < s.refused.size(); ++i) {
    page.sample(connections_refused, "", label("reason", name(static_cast<core::RefusalReason>(i))),
                s.refused[i]);
  }
  page.single(actors, s.actors);
  page.single(actors_away, s.actors_away);
  page.single(actors_dormant, s.actors_dormant);
  page.single(topics, s.topics);
  page.single(subscriptions, s.subscriptions);
}

void messages_page(Page& page, const core::Stats& s) {
  page.single(messages_received, s.messages_received);
  page.head(messages_by_type);
  for (std::size_t i = 0; i < s.received_by_type.size(); ++i) {
    page.sample(messages_by_type, "", label("type", wire::request_types()[i].name),
                s.received_by_type[i]);
  }
  page.head(failed_by_type);
  for (std::size_t i = 0; i < s.failed_by_type.size(); ++i) {
    const bool known = i < wire::request_types().size();
    page.sample(failed_by_type, "", label("type", known ? wire::request_types()[i].name : "other"),
                s.failed_by_type[i]);
  }
  page.single(messages_sent, s.messages_sent);
  page.single(deliveries, s.deliveries);
  page.head(deliveries_by_type);
  for (std::size_t i = 0; i < s.deliveries_by_kind.size(); ++i) {
    page.sample(deliveries_by_type, "", label("type", name(static_cast<core::DeliveryKind>(i))),
                s.deliveries_by_kind[i]);
  }
  histogram_page(page, delivery_durations, s.delivery_durations);
  page.single(bytes_received, s.bytes_received);
  page.single(bytes_sent, s.bytes_sent);
  page.head(dropped);
  for (std::size_t i = 0; i < s.dropped.size(); ++i) {
    page.sample(dropped, "", label("reason", name(static_cast<core::DropReason>(i))), s.dropped[i]);
  }
  page.head(errors);
  for (std::size_t i = 0; i < s.errors.size(); ++i) {
    page.sample(errors, "", label("code", info(static_cast<ErrorCode>(i)).name), s.errors[i]);
  }
  page.single(pauses, s.pauses);
  page.single(slow_consumers, s.slow_consumers);
  page.single(duplicates, s.duplicates_answered);
  histogram_page(page, round_trips, s.round_trips);
}

void queues_page(Page& page, const MetricsInput& in) {
  const core::Stats& s = in.stats;
  page.single(queue_messages, s.queued_frames);
  page.single(queue_bytes, s.queued_bytes);
  page.single(reassembly_bytes, s.reassembly_bytes);
  page.single(backed_up, in.backed_up);
  page.single(fanouts, s.running_fanouts);
  page.single(dedupe_entries, s.dedupe_entries);
  page.single(messages_rate, s.messages_per_second);
  page.single(connections_minute, s.connection_attempts_minute);
  page.single(draining, s.draining ? 1 : 0);
}

void reliable_page(Page& page, const core::Stats& s) {
  page.single(attempts, s.attempts);
  page.head(attempts_failed);
  page.sample(attempts_failed, "", label("reason", "timeout"), s.ack_timeouts);
  page.sample(attempts_failed, "", label("reason", "nack"), s.nacks);
  page.sample(attempts_failed, "", label("reason", "connection_lost"), s.attempts_lost);
  page.single(acknowledged, s.acknowledged);
  page.single(unknown_acks, s.unknown_acks);
  page.single(acks_pending, s.acks_pending);
  page.single(retries_pending, s.retries_pending);
  page.single(breakers_opened, s.breakers_opened);
  page.single(breakers_open, s.breakers_open);
  page.single(receipts_fetched, s.receipts_fetched);
  page.single(remembered_ids, s.remembered_ids);
}

void storage_page(Page& page, const MetricsInput& in) {
  const core::Stats& s = in.stats;
  page.single(mail_messages, s.mail_messages);
  page.single(messages_stored, s.stored);
  page.single(dead_letters, s.dead_lettered);
  reliable_page(page, s);
  page.single(journal_backlog, s.journal_backlog);
  page.single(journal_lag, static_cast<double>(s.journal_lag.count()) / 1e3);
  page.single(journal_restarts, s.journal_restarts);
  page.single(commit_waits, s.commit_waits);
  page.single(store_up, s.store_failing ? 0 : 1);
  page.single(commits, in.store.commits);
  page.single(rows_written, in.store.rows_written);
  page.single(rows_refused, in.store.rows_refused);
  page.single(write_failures, in.store.write_failures);
  page.single(wal_bytes, in.store.wal_bytes);
  page.single(dead_letters_kept, in.store.dead_letters);
  page.single(dead_letters_evicted, in.store.dead_letters_evicted);
  page.single(receipts_kept, in.store.receipts);
  page.single(db_bytes, in.store.db_bytes);
  histogram_page(page, commit_duration, in.store.commit_durations);
}

void health_page(Page& page, const Health& health) {
  page.head(health_status);
  for (std::size_t i = 0; i < health_check_table().size(); ++i) {
    page.sample(health_status, "", label("check", health_check_table()[i].name),
                static_cast<unsigned>(health.verdict(static_cast<HealthCheck>(i)).status));
  }
}

}  // namespace

std::span<const MetricInfo> metric_table() { return table; }

std::string render_metrics(const MetricsInput& in) {
  Page page;
  connections_page(page, in.stats);
  messages_page(page, in.stats);
  queues_page(page, in);
  storage_page(page, in);
  histogram_page(page, turn_duration, in.turns);
  health_page(page, in.health);
  page.single(log_lines_dropped, in.log_lines_dropped);
  page.single(process_memory, in.process.resident_bytes);
  page.single(process_cpu, in.process.cpu_seconds);
  page.single(process_fds, in.process.open_fds);
  page.single(process_max_fds, in.process.max_fds);
  return page.take();
}

}  // namespace signal_hub::app
