// /stats, and the text of /stream.
#include "app/admin/handlers.hpp"
#include "base/version.hpp"

namespace signal_hub::app::admin {
namespace {

using Out = wire::JsonWriter;

std::uint64_t mean_us(const DurationHistogram& h) {
  return h.count() == 0 ? 0 : h.sum_us() / h.count();
}

void write_connections(Out& out, const core::Stats& s) {
  out.key("connections").begin_object().field("open", s.connections);
  out.field("connected", s.sessions_connected).field("opened", s.connections_opened);
  out.field("closed", s.connections_closed).key("refused").begin_object();
  for (std::size_t i = 0; i < s.refused.size(); ++i) {
    out.field(core::name(static_cast<core::RefusalReason>(i)), s.refused[i]);
  }
  out.end_object().field("perMinute", s.connection_attempts_minute).end_object();
}

void write_messages(Out& out, const core::Stats& s) {
  out.key("messages").begin_object().field("received", s.messages_received);
  out.field("sent", s.messages_sent).field("delivered", s.deliveries).field("stored", s.stored);
  out.field("deadLettered", s.dead_lettered).field("duplicates", s.duplicates_answered);
  out.key("dropped").begin_object();
  for (std::size_t i = 0; i < s.dropped.size(); ++i) {
    out.field(core::name(static_cast<core::DropReason>(i)), s.dropped[i]);
  }
  out.end_object().key("errors").begin_object();
  for (std::size_t i = 0; i < s.errors.size(); ++i) {
    if (s.errors[i] != 0) out.field(info(static_cast<ErrorCode>(i)).name, s.errors[i]);
  }
  out.end_object().field("perSecond", s.messages_per_second).end_object();
}

void write_queues(Out& out, const Figures& f) {
  const core::Stats& s = f.stats;
  out.key("queues").begin_object().field("outboundMessages", s.queued_frames);
  out.field("outboundBytes", s.queued_bytes);
  out.field("reassemblyBytes", s.reassembly_bytes).field("waiting", s.mail_messages);
  out.field("backedUp", f.backed_up).field("pauses", s.pauses);
  out.field("slowConsumers", s.slow_consumers).field("stale", s.sessions_stale);
  out.field("fanouts", s.running_fanouts).end_object();
}

void write_store(Out& out, const Figures& f) {
  const core::Stats& s = f.stats;
  out.key("store").begin_object().field("persistent", f.store.persistent);
  out.field("failing", s.store_failing);
  text_or_null(out, "error", f.store_error);
  out.field("backlog", s.journal_backlog).field("lag", s.journal_lag.count());
  out.field("commitWaits", s.commit_waits).field("commits", f.store.commits);
  out.field("commitMeanUs", mean_us(f.store.commit_durations));
  out.field("walBytes", f.store.wal_bytes).end_object();
}

void write_process(Out& out, const Figures& f) {
  out.key("turns").begin_object().field("count", f.turns.count());
  out.field("meanUs", mean_us(f.turns)).end_object();
  out.key("process").begin_object().field("residentBytes", f.process.resident_bytes);
  out.field("cpuSeconds", f.process.cpu_seconds).field("openFds", f.process.open_fds);
  out.field("maxFds", f.process.max_fds).end_object();
}

}  // namespace

std::string stats_json(Controls& controls, Now now) {
  const Figures f = controls.figures();
  const core::Stats& s = f.stats;
  std::string text;
  Out out(text);
  out.begin_object().field("timestamp", now.wall).field("startedAt", s.started);
  out.field("uptime", (now.wall - s.started).count()).field("version", server_version);
  out.field("hubAddress", controls.settings().hub.hub_address);
  out.field("state", s.draining ? "draining" : "running");
  write_connections(out, s);
  out.key("actors").begin_object().field("registered", s.actors).field("away", s.actors_away);
  out.field("dormant", s.actors_dormant).end_object();
  out.key("topics").begin_object().field("names", s.topics);
  out.field("subscriptions", s.subscriptions).end_object();
  write_messages(out, s);
  out.key("bytes").begin_object().field("received", s.bytes_received);
  out.field("sent", s.bytes_sent).end_object();
  write_queues(out, f);
  write_store(out, f);
  write_process(out, f);
  out.end_object();
  return text;
}

Answer get_stats(Call& call) {
  const auto arguments = Arguments::read(call.request.arguments, {});
  if (!arguments) return arguments.error();
  HttpResponse response;
  response.body = stats_json(call.controls, call.now);
  return response;
}

}  // namespace signal_hub::app::admin
