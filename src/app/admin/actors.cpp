// /actors, /topics and /subscriptions.
#include "app/admin/handlers.hpp"
#include "base/limits.hpp"

namespace signal_hub::app::admin {
namespace {

void write_members(wire::JsonWriter& out, const core::ActorView& a) {
  out.field("address", a.address).field("status", core::name(a.status));
  text_or_null(out, "sessionId", a.session_id);
  out.field("version", a.version);
  field_or_null(out, "registeredAt", a.registered ? std::optional(a.registered_at) : std::nullopt);
  field_or_null(out, "expiresAt", a.registered ? std::optional(a.expires_at) : std::nullopt);
  field_or_null(out, "offlineSince", a.offline_since);
  out.field("subscriptions", a.subscriptions).field("waiting", a.waiting);
  out.field("waitingBytes", a.waiting_bytes);
}

void write(wire::JsonWriter& out, const core::ActorView& a) {
  out.begin_object();
  write_members(out, a);
  out.end_object();
}

void write(wire::JsonWriter& out, const core::TopicView& t) {
  out.begin_object().field("name", t.name).field("pattern", t.pattern);
  out.field("subscribers", t.subscribers).end_object();
}

void write(wire::JsonWriter& out, const core::SubscriptionView& s) {
  out.begin_object().field("address", s.address).field("subscriptionId", s.subscription_id);
  out.field("durable", s.durable).field("status", core::name(s.status)).end_object();
}

template <class Item>
HttpResponse listing(const core::Page<Item>& page) {
  return json([&page](wire::JsonWriter& out) {
    out.begin_object().key("items").begin_array();
    for (const Item& item : page.items) write(out, item);
    out.end_array();
    text_or_null(out, "next", page.next ? encode_cursor(*page.next) : "");
    out.end_object();
  });
}

Checked<std::optional<core::ActorStatus>> status_named(const std::optional<std::string>& text) {
  using enum core::ActorStatus;
  if (!text) return std::optional<core::ActorStatus>();
  for (const core::ActorStatus status : {online, away, dormant}) {
    if (core::name(status) == *text) return std::optional(status);
  }
  return fail(invalid("`status` is online, away or dormant."));
}

/// A page's size and beginning.
struct Place {
  std::size_t limit;
  core::PageStart start;
};

Checked<Place> place_of(const Arguments& arguments) {
  auto page = page_of(arguments);
  if (!page) return fail(page.error());
  auto start = decode_cursor(page->cursor);
  if (!start) return fail(start.error());
  return Place{page->limit, *start};
}

core::TextFilter search_of(const Arguments& arguments) {
  return core::TextFilter(arguments.text("search").value_or(""));
}

}  // namespace

Answer list_actors(Call& call) {
  const auto arguments =
      Arguments::read(call.request.arguments, {"limit", "cursor", "search", "status"});
  if (!arguments) return arguments.error();
  const auto place = place_of(*arguments);
  if (!place) return place.error();
  const auto status = status_named(arguments->text("status"));
  if (!status) return status.error();
  const core::ActorFilter filter{search_of(*arguments), *status};
  return listing(call.hub.admin().actors(filter, place->start, place->limit));
}

Answer get_actor(Call& call) {
  const auto arguments = Arguments::read(call.request.arguments, {});
  if (!arguments) return arguments.error();
  const auto actor = call.hub.admin().actor(call.parameter);
  if (!actor) return not_found("This actor");
  return json([&actor](wire::JsonWriter& out) {
    out.begin_object();
    write_members(out, *actor);
    out.field("identity", actor->identity).field("capabilities", actor->capabilities);
    out.raw_field("metadata", actor->metadata).field("topics", actor->topics).end_object();
  });
}

Answer kick_actor(Call& call) {
  const auto arguments = Arguments::read(call.request.arguments, {});
  if (!arguments) return arguments.error();
  const auto kicked = call.hub.admin().kick_actor(call.parameter, call.now);
  if (!kicked) return not_found("This actor");
  note_action(call, "kick_actor", call.parameter);
  return json([&kicked](wire::JsonWriter& out) {
    out.begin_object().field("sessions", kicked->sessions).field("actors", kicked->actors);
    out.end_object();
  });
}

Answer list_topics(Call& call) {
  const auto arguments = Arguments::read(call.request.arguments, {"limit", "cursor", "search"});
  if (!arguments) return arguments.error();
  const auto place = place_of(*arguments);
  if (!place) return place.error();
  return listing(call.hub.admin().topics(search_of(*arguments), place->start, place->limit));
}

Answer list_subscriptions(Call& call) {
  const auto arguments = Arguments::read(call.request.arguments, {"limit", "cursor", "topic"});
  if (!arguments) return arguments.error();
  const auto place = place_of(*arguments);
  if (!place) return place.error();
  const auto topic = arguments->text("topic");
  if (!topic) return invalid("The argument `topic` is missing.");
  return listing(call.hub.admin().subscriptions(*topic, place->start, place->limit));
}

}  // namespace signal_hub::app::admin
