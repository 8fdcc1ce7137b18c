#include "app/http_api.hpp"

#include <algorithm>

#include "app/metrics.hpp"
#include "base/version.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::app {
namespace {

enum class Status : std::uint8_t { ok, degraded, unhealthy };

std::string_view name(Status status) {
  switch (status) {
    case Status::ok: return "ok";
    case Status::degraded: return "degraded";
    case Status::unhealthy: return "unhealthy";
  }
  return "";
}

/// A level that must stay below a limit; a limit of 0 means there is none.
Status judge(std::size_t value, std::size_t limit) {
  if (limit == 0 || value < limit / 10 * 9) return Status::ok;
  return value < limit ? Status::degraded : Status::unhealthy;
}

struct Check {
  std::string_view name;
  Status status;
  std::size_t value;
  std::size_t limit;
};

Status judge_store(const HttpInput& in) {
  if (in.stats.store_failing) return Status::unhealthy;
  return in.store.wal_pinned ? Status::degraded : Status::ok;
}

void write_store(wire::JsonWriter& out, const HttpInput& in) {
  const StoreFigures& store = in.store;
  out.key("store").begin_object().field("status", name(judge_store(in)));
  out.field("persistent", store.persistent);
  out.field("backlog", in.stats.journal_backlog).field("limit", in.settings.journal_limit);
  out.field("lag", in.stats.journal_lag.count()).field("walBytes", store.wal_bytes);
  out.field("walPinned", store.wal_pinned);
  if (in.stats.store_failing) out.field("error", std::string_view(in.store_error));
  out.end_object();
}

HttpResponse health(const HttpInput& in) {
  const core::Stats& s = in.stats;
  const HubSettings& limits = in.settings;
  const std::size_t held = s.queued_bytes + s.reassembly_bytes;
  const Check checks[] = {
      // Full is a limit doing its work: others are still served.
      {"connections", std::min(Status::degraded, judge(s.connections, limits.max_connections)),
       s.connections, limits.max_connections},
      {"actors", std::min(Status::degraded, judge(s.actors, limits.max_actors)), s.actors,
       limits.max_actors},
      {"memory", judge(held, limits.memory_limit), held, limits.memory_limit},
  };
  Status worst = judge_store(in);
  for (const Check& check : checks) worst = std::max(worst, check.status);
  HttpResponse response;
  response.status = worst == Status::unhealthy ? 503 : 200;
  wire::JsonWriter out(response.body);
  out.begin_object().field("status", name(worst)).field("service", "signal-hub");
  out.field("version", server_version).field("timestamp", in.now.wall);
  out.field("uptime", (in.now.wall - s.started).count());
  out.key("checks").begin_object();
  for (const Check& check : checks) {
    out.key(check.name).begin_object().field("status", name(check.status));
    out.field("value", check.value).field("limit", check.limit).end_object();
  }
  write_store(out, in);
  out.end_object().end_object();
  return response;
}

HttpResponse ready(const HttpInput& in) {
  HttpResponse response;
  response.status = in.stats.draining ? 503 : 200;
  response.body =
      in.stats.draining ? R"({"ready":false,"reason":"draining"})" : R"({"ready":true})";
  return response;
}

HttpResponse metrics(const HttpInput& in) {
  HttpResponse response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = render_metrics({in.stats, in.store, in.turns, in.backed_up, in.read_process()});
  return response;
}

HttpResponse error(int status, std::string_view message) {
  HttpResponse response;
  response.status = status;
  wire::JsonWriter out(response.body);
  out.begin_object().field("error", message).end_object();
  return response;
}

}  // namespace

HttpResponse serve_http(const HttpRequest& request, const HttpInput& in) {
  using Page = HttpResponse (*)(const HttpInput&);
  Page page = nullptr;
  if (request.path == "/health") page = health;
  if (request.path == "/ready") page = ready;
  if (request.path == "/metrics") page = metrics;
  if (page == nullptr) {
    return error(404, "No such path; there are /health, /ready, /metrics, and WebSockets at /ws.");
  }
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse response = error(405, "Only GET and HEAD are served here.");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  return page(in);
}

}  // namespace signal_hub::app
