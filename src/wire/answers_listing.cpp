// Answers that carry actors: hub:registered, hub:discovered, hub:actor_list.
#include "base/limits.hpp"
#include "wire/answers.hpp"

namespace signal_hub::wire {
namespace {

void write_listing(JsonWriter& out, const ActorListing& actor) {
  out.begin_object().field("actorAddress", actor.address).field("address", actor.address);
  out.field("capabilities", actor.capabilities).raw_field("metadata", actor.metadata);
  out.field("connectionId", actor.connection_id).field("registeredAt", actor.registered_at);
  out.field("expiresAt", actor.expires_at).field("version", actor.version);
  out.field("status", actor.online ? "online" : "away").end_object();
}

void write_listings(JsonWriter& out, std::span<const ActorListing> actors) {
  out.key("actors").begin_array();
  for (const ActorListing& actor : actors) write_listing(out, actor);
  out.end_array();
}

}  // namespace

void write_payload(JsonWriter& out, const Registered& a) {
  out.begin_object().field("actorAddress", a.address).field("expiresAt", a.expires_at);
  out.field("renewalToken", a.renewal_token).field("version", a.version);
  out.field("resumed", a.resumed);
  if (a.subscriptions.size() > limits::subscriptions_listed) {
    out.field("subscriptionCount", a.subscriptions.size());
  } else {
    out.key("subscriptions").begin_array();
    for (const std::string_view topic : a.subscriptions) out.value(topic);
    out.end_array();
  }
  out.end_object();
}

void write_payload(JsonWriter& out, const Discovered& a) {
  out.begin_object();
  write_listings(out, a.actors);
  out.field("hasMore", a.has_more).key("cursor");
  a.cursor ? out.value(*a.cursor) : out.null();
  out.end_object();
}

void write_payload(JsonWriter& out, const ActorList& a) {
  out.begin_object();
  write_listings(out, a.actors);
  out.field("total", a.total).field("offset", a.offset).field("limit", a.limit);
  out.field("hasMore", a.offset + a.actors.size() < a.total).end_object();
}

}  // namespace signal_hub::wire
