// hub:register, single and bulk (PROTOCOL.md §3 "Who may take an address", §4 Registry).
#include <algorithm>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "core/answers.hpp"
#include "core/commits.hpp"
#include "core/handlers/handlers.hpp"
#include "core/handlers/renewal.hpp"
#include "core/lifecycle.hpp"
#include "core/mail.hpp"
#include "core/mailroom.hpp"
#include "core/notices.hpp"
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
  // Those that are kept for their durable subscriptions take their place too.
  if (!known && max != 0 && state.registry.size() + state.registry.dormant() >= max) {
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

/// The guest that spoke under this address, or settles on it, leaves its subscriptions to it.
void absorb_guest(Context& c, ActorId id, Actor& actor, bool settles) {
  State& state = c.state;
  Actor* guest = state.registry.find(c.session.guest);
  if (guest == nullptr || !(settles || guest->address == actor.address)) return;
  state.topics.move_all(*guest, id, actor);
  give_up_mail(state, *guest, Mail::goes, "session_ended", c.now);
  state.registry.remove(std::exchange(c.session.guest, {}), c.now.mono);
  for (const Actor::Membership& m : actor.subscriptions) {
    journal_subscription(state, actor, m.subscription, c.now);
  }
}

/// Takes an online actor over from whoever holds it.
void take_over(Context& c, Actor& actor) {
  State& state = c.state;
  if (Session* old = state.sessions.find(actor.conn);
      old != nullptr && actor.conn != c.session.id) {
    displace(state, *old, actor.address, c.now);
  }
  actor.conn = c.session.id;
  Registry::bump_version(actor);
}

/// An offline actor comes back to whoever may hold it, with auth; without to its own identity or
/// the bearer of its renewal token.
bool may_resume(const Context& c, const Actor& actor, const wire::Registration& r) {
  if (c.state.settings.auth) return true;
  if (c.session.connected_as == actor.connected_as || c.session.identity == actor.identity) {
    return true;
  }
  return r.renewal_token && token_matches(c.state, actor, *r.renewal_token);
}

struct Place {
  ActorId id;
  bool resumed;
};

/// The actor under this address, held by this session from now on.
Place take_place(Context& c, const wire::Registration& r, bool settles) {
  State& state = c.state;
  const ActorId known = addressee(state, r.address);
  Actor* actor = state.registry.find(known);
  if (actor != nullptr && !actor->online() && !may_resume(c, *actor, r)) {
    remove_actor(state, known, "registered_afresh", c.now);
    actor = nullptr;
  }
  if (actor == nullptr) return {add_actor(c, r.address, settles), false};
  if (actor->online()) {
    take_over(c, *actor);
  } else {
    resume_actor(state, known, c.session, c.now);
  }
  absorb_guest(c, known, *actor, settles);
  return {known, true};
}

void describe(Context& c, Actor& actor, const wire::Registration& r,
              const wire::Register& request) {
  const HubSettings& settings = c.state.settings;
  const Millis most = settings.actor_ttl_max != 0ms ? settings.actor_ttl_max : Millis::max();
  actor.capabilities = r.capabilities;
  actor.metadata = r.metadata;
  actor.session_id = c.session.session_id;
  actor.identity = c.session.identity;
  actor.connected_as = c.session.connected_as;
  actor.registered_at = c.now.wall;
  actor.ttl = std::clamp(r.ttl.value_or(settings.actor_ttl), Millis{1'000}, most);
  actor.renew_on_heartbeat = request.renew_on_heartbeat;
  actor.acks = request.acks;
  actor.drop_oldest = r.drop_oldest;
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
std::optional<Error> enroll(Context& c, const wire::Registration& r, const wire::Register& request,
                            wire::JsonWriter& out) {
  State& state = c.state;
  const ActorId known = addressee(state, r.address);
  const auto& own = c.session.actors;
  const bool mine = std::find(own.begin(), own.end(), known) != own.end();
  if (auto error = objection(c, r, known.valid(), mine)) return error;
  const bool settles = settles_identity(c);
  const auto [id, resumed] = take_place(c, r, settles);
  Actor& actor = *state.registry.find(id);
  if (!mine) c.session.actors.push_back(id);
  if (settles) c.session.identity = r.address;
  c.session.identity_settled = true;
  describe(c, actor, r, request);
  const std::string token = renew(state, actor, c.now);
  arm_actor(state, id, actor);
  state.events.push_back({LogEvent::actor_registered,
                          {{"sessionId", c.session.session_id}, {"actorAddress", actor.address}}});
  const auto topics = topics_of(state, actor);
  write_payload(out, wire::Registered{actor.address, actor.expires_at, token, actor.version,
                                      resumed, topics});
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
                                    const wire::Register& request, wire::JsonWriter& out) {
  if (!e.item) return e.item.error();
  return enroll(c, *e.item, request, out);
}

/// Receipts that wait for whom the session speaks as now.
void fetch_for(State& state, const wire::Register& request) {
  for (const auto& element : request.actors) {
    if (element.item) fetch_receipts(state, element.item->address);
  }
}

void enroll_all(Context& c, const wire::Register& request, std::uint64_t since) {
  std::string payload;
  wire::JsonWriter out(payload);
  out.begin_object().key("actors").begin_array();
  for (const auto& element : request.actors) {
    const auto error = enroll_element(c, element, request, out);
    if (!error) continue;
    count_error(c.state, c.request.type, error->code);
    out.begin_object().field("actorAddress", element.name).key("error");
    write_error(out, *error);
    out.end_object();
  }
  out.end_array().end_object();
  conclude(c.state, std::move(c.request), request.durable, wire::Registered::type,
           std::move(payload), since, c.now);
}

}  // namespace

void handle(Context& c, const wire::Register& request) {
  if (request.durable && refuse_promise(c.state, c.request, c.now)) return;
  const std::uint64_t since = c.state.journal.last_seq();
  if (request.bulk) {
    enroll_all(c, request, since);
  } else {
    std::string payload;
    wire::JsonWriter out(payload);
    const auto error = enroll_element(c, request.actors.front(), request, out);
    if (error) return refuse_one(c, *error);
    conclude(c.state, std::move(c.request), request.durable, wire::Registered::type,
             std::move(payload), since, c.now);
  }
  fetch_for(c.state, request);
}

}  // namespace signal_hub::core
