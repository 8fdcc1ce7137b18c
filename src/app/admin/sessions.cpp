// /sessions and /slow-consumers.
#include "app/admin/handlers.hpp"

namespace signal_hub::app::admin {
namespace {

constexpr double us_per_ms = 1000;

void write_members(wire::JsonWriter& out, const core::SessionView& s) {
  out.field("id", s.id);
  text_or_null(out, "address", s.address);
  out.field("ip", s.ip).field("state", core::name(s.state)).field("connectedAt", s.connected_at);
  out.field("connectedFor", s.connected_for.count()).field("idle", s.idle.count());
  out.field("messagesIn", s.messages_in).field("messagesOut", s.messages_out);
  out.field("bytesIn", s.bytes_in).field("bytesOut", s.bytes_out);
  out.field("queueDepth", s.queue_depth).field("queueBytes", s.queue_bytes).key("rtt");
  if (s.round_trip_us == 0) {
    out.null();
  } else {
    out.value(static_cast<double>(s.round_trip_us) / us_per_ms);
  }
  out.field("rateLimited", s.rate_limited).field("readingPaused", s.reading_paused);
  out.field("slow", s.slow).field("stale", s.stale).field("actorCount", s.actor_count);
}

Checked<std::optional<core::SessionState>> state_named(const std::optional<std::string>& text) {
  using enum core::SessionState;
  if (!text) return std::optional<core::SessionState>();
  for (const core::SessionState state : {connecting, connected, disconnecting}) {
    if (core::name(state) == *text) return std::optional(state);
  }
  return fail(invalid("`state` is connecting, connected or disconnecting."));
}

Checked<core::SessionFilter> filter_of(const Arguments& arguments) {
  core::SessionFilter filter;
  auto state = state_named(arguments.text("state"));
  if (!state) return fail(state.error());
  auto slow = arguments.flag("slow");
  if (!slow) return fail(slow.error());
  auto stale = arguments.flag("stale");
  if (!stale) return fail(stale.error());
  filter.search = core::TextFilter(arguments.text("search").value_or(""));
  filter.state = *state;
  filter.slow = *slow;
  filter.stale = *stale;
  return filter;
}

Answer list(Call& call, const Arguments& arguments, core::SessionFilter filter) {
  const auto page = page_of(arguments);
  if (!page) return page.error();
  const auto start = decode_cursor(page->cursor);
  if (!start) return start.error();
  filter.backed_up = [&call](ConnId conn) { return call.controls.backed_up(conn); };
  const auto found = call.hub.admin().sessions(filter, *start, page->limit, call.now);
  return json([&found](wire::JsonWriter& out) {
    out.begin_object().key("items").begin_array();
    for (const core::SessionView& session : found.items) {
      out.begin_object();
      write_members(out, session);
      out.end_object();
    }
    out.end_array();
    text_or_null(out, "next", found.next ? encode_cursor(*found.next) : "");
    out.end_object();
  });
}

}  // namespace

Answer list_sessions(Call& call) {
  const auto arguments = Arguments::read(call.request.arguments,
                                         {"limit", "cursor", "search", "state", "slow", "stale"});
  if (!arguments) return arguments.error();
  auto filter = filter_of(*arguments);
  if (!filter) return filter.error();
  return list(call, *arguments, std::move(*filter));
}

Answer list_slow_consumers(Call& call) {
  const auto arguments = Arguments::read(call.request.arguments, {"limit", "cursor"});
  if (!arguments) return arguments.error();
  core::SessionFilter filter;
  filter.slow = true;
  return list(call, *arguments, std::move(filter));
}

Answer get_session(Call& call) {
  const auto arguments = Arguments::read(call.request.arguments, {});
  if (!arguments) return arguments.error();
  const auto backed_up = [&call](ConnId conn) { return call.controls.backed_up(conn); };
  const auto session = call.hub.admin().session(call.parameter, backed_up, call.now);
  if (!session) return not_found("This session");
  return json([&session](wire::JsonWriter& out) {
    out.begin_object();
    write_members(out, *session);
    text_or_null(out, "connectedAs", session->connected_as);
    out.field("actors", session->actors).end_object();
  });
}

Answer kick_session(Call& call) {
  const auto arguments = Arguments::read(call.request.arguments, {});
  if (!arguments) return arguments.error();
  const auto kicked = call.hub.admin().kick_session(call.parameter, call.now);
  if (!kicked) return not_found("This session");
  note_action(call, "kick_session", call.parameter);
  return json([&kicked](wire::JsonWriter& out) {
    out.begin_object().field("sessions", kicked->sessions).field("actors", kicked->actors);
    out.end_object();
  });
}

}  // namespace signal_hub::app::admin
