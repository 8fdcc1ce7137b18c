// hub:register, single and bulk (PROTOCOL.md §3 "Who may take an address", §4 Registry).
#include <algorithm>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "core/answers.hpp"
#include "core/handlers/handlers.hpp"
#include "core/handlers/renewal.hpp"
#include "core/lifecycle.hpp"
#include "wire/address.hpp"

namespace signal_hub::core {
namespace {

Error not_granted(const std::string& address) {
  return {ErrorCode::unauthorized,
          "The token does not allow to register " + address + ".",
          "Register the token's own address, one below it, or one its actors claim grants.",
          {}};
}

/// Nullopt: the session may hold this address.
std::optional<Error> objection(const Context& c, const wire::Registration& r, bool known,
                               bool own) {
  const State& state = c.state;
  if (wire::is_at_or_below(r.address, state.settings.hub_address)) {
    return invalid_field("payload.actorAddress", r.address + " belongs to the hub itself.",
                         "Register an address outside " + state.settings.hub_address + ".");
  }
  if (!c.session.permissions.may_register(r.address)) return not_granted(r.address);
  if (!own && c.session.actors.size() >= limits::actors_per_session) {
    return over_limit("actors per session", limits::actors_per_session,
                      c.session.actors.size() + 1);
  }
  const std::size_t max = state.settings.max_actors;
  if (!known && max != 0 && state.registry.size() >= max) {
    return Error{ErrorCode::registry_full,
                 "The registry holds " + std::to_string(max) + " actors, its maximum.",
                 {},
                 {}};
  }
  return std::nullopt;
}

/// The session's first address replaces its identity, which takes its subscriptions along.
bool settles_identity(const Context& c) {
  return !c.session.grant && c.session.identity == c.session.connected_as &&
         c.session.actors.empty() && !c.session.identity_settled;
}

/// A new actor; the guest of this session becomes it if it speaks under this address.
ActorId add_actor(Context& c, const std::string& address, bool settles) {
  State& state = c.state;
  Actor* guest = state.registry.find(c.session.guest);
  const bool promote = guest != nullptr && (settles || guest->address == address);
  const ActorId id = promote ? std::exchange(c.session.guest, {})
                             : state.registry.add_guest(address, c.session.id);
  state.registry.enlist(id, address);
  Actor& actor = *state.registry.find(id);
  for (const Actor::Membership& m : actor.subscriptions) {
    journal_subscription(state, actor, m.subscription, c.now);
  }
  return id;
}

/// Takes an existing actor over from whoever held it.
void take_over(Context& c, ActorId id, bool settles) {
  State& state = c.state;
  Actor& actor = *state.registry.find(id);
  if (Session* old = state.sessions.find(actor.conn);
      old != nullptr && actor.conn != c.session.id) {
    displace(state, *old, actor.address, c.now);
  }
  actor.conn = c.session.id;
  Actor* guest = state.registry.find(c.session.guest);
  if (guest == nullptr || !(settles || guest->address == actor.address)) return;
  state.topics.move_all(*guest, id, actor);
  state.registry.remove(std::exchange(c.session.guest, {}), c.now.mono);
  for (const Actor::Membership& m : actor.subscriptions) {
    journal_subscription(state, actor, m.subscription, c.now);
  }
}

void describe(Context& c, Actor& actor, const wire::Registration& r, bool renew_on_heartbeat) {
  const HubSettings& settings = c.state.settings;
  const Millis most = settings.actor_ttl_max != 0ms ? settings.actor_ttl_max : Millis::max();
  actor.capabilities = r.capabilities;
  actor.metadata = r.metadata;
  actor.session_id = c.session.session_id;
  actor.registered_at = c.now.wall;
  actor.ttl = std::clamp(r.ttl.value_or(settings.actor_ttl), Millis{1'000}, most);
  actor.renew_on_heartbeat = renew_on_heartbeat;
}

std::vector<std::string_view> topics_of(const State& state, const Actor& actor) {
  std::vector<std::string_view> names;
  names.reserve(actor.subscriptions.size());
  for (const Actor::Membership& m : actor.subscriptions) {
    names.push_back(state.topics.topic(m.topic).name);
  }
  return names;
}

/// What one registration is answered with; writes the payload of success.
std::optional<Error> enroll(Context& c, const wire::Registration& r, bool renew_on_heartbeat,
                            wire::JsonWriter& out) {
  State& state = c.state;
  ActorId id = state.registry.find_address(r.address);
  const bool known = id.valid();
  const auto& own = c.session.actors;
  const bool mine = std::find(own.begin(), own.end(), id) != own.end();
  if (auto error = objection(c, r, known, known && mine)) return error;
  const bool settles = settles_identity(c);
  if (known) {
    take_over(c, id, settles);
    Registry::bump_version(*state.registry.find(id));
  } else {
    id = add_actor(c, r.address, settles);
  }
  Actor& actor = *state.registry.find(id);
  if (!mine) c.session.actors.push_back(id);
  if (settles) c.session.identity = r.address;
  c.session.identity_settled = true;
  describe(c, actor, r, renew_on_heartbeat);
  const std::string token = renew(state, actor, c.now);
  arm_actor(state, id, actor);
  state.events.push_back({LogEvent::actor_registered,
                          {{"sessionId", c.session.session_id}, {"actorAddress", actor.address}}});
  const auto topics = topics_of(state, actor);
  write_payload(
      out, wire::Registered{actor.address, actor.expires_at, token, actor.version, known, topics});
  return std::nullopt;
}

void refuse_one(Context& c, const Error& error) {
  if (error.code != ErrorCode::unauthorized) return refuse(c.state, c.request, error, c.now);
  wire::ErrorAnswer a{error};
  a.action = c.envelope.type;
  a.reason = error.message;
  a.error_code = "PERMISSION_DENIED";
  refuse(c.state, c.request, a, c.now);
}

std::optional<Error> enroll_element(Context& c, const wire::Element<wire::Registration>& e,
                                    bool renew_on_heartbeat, wire::JsonWriter& out) {
  if (!e.item) return e.item.error();
  return enroll(c, *e.item, renew_on_heartbeat, out);
}

}  // namespace

void handle(Context& c, const wire::Register& request) {
  std::string payload;
  wire::JsonWriter out(payload);
  if (!request.bulk) {
    const auto error = enroll_element(c, request.actors.front(), request.renew_on_heartbeat, out);
    if (error) return refuse_one(c, *error);
    return answer_encoded(c.state, c.request, wire::Registered::type, payload, {}, c.now);
  }
  out.begin_object().key("actors").begin_array();
  for (const auto& element : request.actors) {
    const auto error = enroll_element(c, element, request.renew_on_heartbeat, out);
    if (!error) continue;
    out.begin_object().field("actorAddress", element.name).key("error");
    write_error(out, *error);
    out.end_object();
  }
  out.end_array().end_object();
  answer_encoded(c.state, c.request, wire::Registered::type, payload, {}, c.now);
}

}  // namespace signal_hub::core
