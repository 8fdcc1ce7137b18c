#include "app/http_api.hpp"

#include "app/metrics.hpp"
#include "base/version.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::app {
namespace {

void write_check(wire::JsonWriter& out, const Verdict& v) {
  out.field("status", name(v.status)).field("value", v.value);
  out.key("threshold");
  v.degraded_from == 0 ? out.null() : out.value(v.degraded_from);
  if (v.unhealthy_from != 0) out.field("unhealthyFrom", v.unhealthy_from);
  out.field("since", v.since);
}

void write_store(wire::JsonWriter& out, const HttpInput& in) {
  const StoreFigures& store = in.store;
  out.field("persistent", store.persistent);
  out.field("backlog", in.stats.journal_backlog).field("limit", in.settings.journal_limit);
  out.field("lag", in.stats.journal_lag.count()).field("walBytes", store.wal_bytes);
  out.field("walPinned", store.wal_pinned);
  if (!in.store_error.empty()) out.field("error", std::string_view(in.store_error));
}

HttpResponse health(const HttpInput& in) {
  const HealthStatus worst = in.health.worst();
  HttpResponse response;
  response.status = worst == HealthStatus::unhealthy ? 503 : 200;
  wire::JsonWriter out(response.body);
  out.begin_object().field("status", name(worst)).field("service", "signal-hub");
  out.field("version", server_version).field("timestamp", in.now.wall);
  out.field("uptime", (in.now.wall - in.stats.started).count());
  out.key("checks").begin_object();
  const auto table = health_check_table();
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto check = static_cast<HealthCheck>(i);
    out.key(table[i].name).begin_object();
    write_check(out, in.health.verdict(check));
    if (check == HealthCheck::store) write_store(out, in);
    out.end_object();
  }
  out.end_object().end_object();
  return response;
}

HttpResponse live(const HttpInput&) {
  HttpResponse response;
  response.body = R"({"live":true})";
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
  response.body = render_metrics(
      {in.stats, in.store, in.turns, in.backed_up, in.process, in.health, in.log_lines_dropped});
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
  if (request.path == "/live") page = live;
  if (request.path == "/metrics") page = metrics;
  if (page == nullptr) {
    return error(
        404,
        "No such path; there are /dashboard, /health, /ready, /live, /metrics, and WebSockets "
        "at /ws.");
  }
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse response = error(405, "Only GET and HEAD are served here.");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  return page(in);
}

}  // namespace signal_hub::app
