// hub:connect, hub:heartbeat, hub:disconnect, hub:refresh_token (PROTOCOL.md §3, §4).
#include <array>
#include <utility>

#include "base/limits.hpp"
#include "base/version.hpp"
#include "core/answers.hpp"
#include "core/handlers/handlers.hpp"
#include "core/handlers/renewal.hpp"
#include "core/lifecycle.hpp"
#include "core/mailroom.hpp"
#include "core/notices.hpp"
#include "wire/address.hpp"

namespace signal_hub::core {
namespace {

constexpr std::uint16_t close_policy = 1008;
constexpr std::string_view permission_denied = "PERMISSION_DENIED";
constexpr std::string_view invalid_token = "INVALID_TOKEN";
constexpr std::string_view token_expired = "TOKEN_EXPIRED";

std::string_view code_of(const AuthFailure& failure) {
  return failure.kind == AuthFailure::Kind::token_expired ? token_expired : invalid_token;
}

/// Refuses hub:connect; the third refusal ends the socket.
void refuse_connect(Context& c, std::string_view code, std::string_view reason) {
  refuse_unauthorized(c.state, c.request, c.envelope.type, code, reason, c.now);
  c.state.events.push_back({LogEvent::session_refused,
                            {{"sessionId", c.session.session_id},
                             {"actorAddress", std::string(c.envelope.from)},
                             {"reason", std::string(reason)}}});
  if (c.session.state != SessionState::connecting) return;
  if (++c.session.connect_refusals < limits::connect_refusals) return;
  close_session(c.state, c.session, close_policy, "unauthorized", c.now);
}

void refuse_version(Context& c, const std::string& version) {
  static const std::array<std::string, 1> supported{"0.1.0"};
  const std::string message = "The hub speaks protocol version 0, the client " + version + ".";
  count_error(c.state, c.request.type, ErrorCode::version_mismatch);
  answer(c.state, c.request, wire::VersionMismatch{version, server_version, supported, message},
         c.now);
  close_session(c.state, c.session, close_policy, "version_mismatch", c.now);
}

MonoTime cut_off(const Identity& identity, Now now) {
  return now.mono + (identity.expires_at - now.wall) + limits::expired_token_grace;
}

bool reserved(const State& state, std::string_view address) {
  return wire::is_at_or_below(address, state.settings.hub_address);
}

/// Without auth: who the client says it is.
bool identify_openly(Context& c) {
  const std::string_view from = c.envelope.from;
  if (!wire::is_concrete(from) || reserved(c.state, from)) {
    refuse(
        c.state, c.request,
        invalid_field("from", "from is " + std::string(from) + ", which is reserved or a pattern.",
                      "Connect with an address of your own."),
        c.now);
    return false;
  }
  c.session.connected_as = c.session.identity = from;
  c.session.permissions = Permissions::open();
  return true;
}

/// With auth: who the token says it is; nullopt after a refusal.
std::optional<Identity> verify(Context& c, const wire::Connect& connect) {
  if (!connect.auth_token) {
    refuse_connect(c, invalid_token, "metadata.authToken is missing; this hub requires a token.");
    return std::nullopt;
  }
  auto verified = c.state.authenticator->verify(*connect.auth_token, c.now);
  if (!verified) {
    refuse_connect(c, code_of(verified.error()), verified.error().reason);
    return std::nullopt;
  }
  if (reserved(c.state, verified->address)) {
    refuse_connect(c, invalid_token, "The token names the hub's own address.");
    return std::nullopt;
  }
  return std::move(*verified);
}

/// Whoever is connected as this address, or has registered it, makes way.
void displace_holders(Context& c, const std::string& address) {
  State& state = c.state;
  const auto connected = state.by_identity.find(address);
  if (connected != state.by_identity.end()) {
    if (Session* old = state.sessions.find(connected->second)) {
      displace(state, *old, address, c.now);
    }
  }
  const ActorId held = state.registry.find_address(address);
  Actor* actor = state.registry.find(held);
  // One that is away waits for hub:register.
  if (actor == nullptr || !actor->online()) return;
  if (Session* old = state.sessions.find(actor->conn); old != nullptr && !old->closing) {
    displace(state, *old, address, c.now);
  }
  actor->conn = c.session.id;
  actor->session_id = c.session.session_id;
  c.session.actors.push_back(held);
}

void adopt(Context& c, const Identity& identity) {
  c.session.connected_as = c.session.identity = identity.address;
  c.session.permissions = Permissions::of(identity);
  c.session.grant = Grant{identity.address, identity.expires_at, cut_off(identity, c.now)};
  displace_holders(c, identity.address);
  c.state.by_identity.insert_or_assign(identity.address, c.session.id);
}

void answer_connected(Context& c) {
  static const std::array<std::string, 1> content_types{"application/json"};
  const HubSettings& settings = c.state.settings;
  const wire::Connected connected{c.session.session_id,
                                  server_version,
                                  settings.max_message_size,
                                  limits::heartbeat_interval,
                                  settings.max_actors,
                                  content_types,
                                  {}};
  std::string members = "\"actorIdentity\":";
  wire::append_quoted(members, c.session.identity);
  if (c.session.grant) {
    members += ",\"tokenExpiresAt\":" + std::to_string(epoch_ms(c.session.grant->expires_at));
  }
  answer(c.state, c.request, connected, c.now, members);
}

/// A repeated hub:connect: the same identity is answered again.
void reconnect(Context& c, const wire::Connect& connect) {
  const Session& session = c.session;
  bool same = c.envelope.from == session.connected_as || c.envelope.from == session.identity;
  if (c.state.settings.auth) {
    const auto identity = verify(c, connect);
    if (!identity) return;
    same = identity->address == session.connected_as;
  }
  if (same) return answer_connected(c);
  refuse_unauthorized(c.state, c.request, c.envelope.type, permission_denied,
                      "This session is connected as " + session.identity + ".", c.now);
}

void refuse_refresh_rate(Context& c, Millis wait) {
  const Error error{ErrorCode::rate_limited, "A token is refreshed at most once a minute.", {}, {}};
  wire::ErrorAnswer a{error};
  a.retry_after = wait;
  a.limit = 1;
  refuse(c.state, c.request, a, c.now);
}

}  // namespace

void handle(Context& c, const wire::Connect& connect) {
  if (!connect.protocol_version.starts_with("0.")) {
    return refuse_version(c, connect.protocol_version);
  }
  if (c.session.state == SessionState::connected) return reconnect(c, connect);
  if (c.state.settings.auth) {
    const auto identity = verify(c, connect);
    if (!identity) return;
    adopt(c, *identity);
  } else if (!identify_openly(c)) {
    return;
  }
  enter(c.state, c.session, SessionState::connected, "connect", c.now);
  answer_connected(c);
  // Who had registered hears of its messages when it has done so again.
  if (!addressee(c.state, c.session.identity).valid()) {
    fetch_receipts(c.state, c.session.identity);
  }
  arm_session(c.state, c.session);
}

void handle(Context& c, const wire::Heartbeat& heartbeat) {
  for (const ActorId id : c.session.actors) {
    Actor& actor = *c.state.registry.find(id);
    if (actor.renew_on_heartbeat) extend(c.state, actor, c.now);
  }
  answer(c.state, c.request, wire::HeartbeatAck{heartbeat.timestamp, c.now.wall}, c.now);
}

void handle(Context& c, const wire::Disconnect&) {
  release_actors(c.state, c.session, End::clean, c.now);
  enter(c.state, c.session, SessionState::disconnecting, "disconnect", c.now);
  c.session.farewell = std::move(c.request);
  await_farewell(c.state, c.session, c.now);
}

void handle(Context& c, const wire::RefreshToken& refresh) {
  if (!c.session.grant) {
    return refuse(c.state, c.request,
                  unsupported_field("metadata.authToken", "This hub runs without authentication."),
                  c.now);
  }
  Grant& grant = *c.session.grant;
  if (grant.refreshed != MonoTime::min()) {
    const Millis wait = limits::refresh_interval - (c.now.mono - grant.refreshed);
    if (wait > 0ms) return refuse_refresh_rate(c, wait);
  }
  const auto verified = c.state.authenticator->verify(refresh.token, c.now);
  if (!verified) {
    return refuse_unauthorized(c.state, c.request, c.envelope.type, code_of(verified.error()),
                               verified.error().reason, c.now);
  }
  if (verified->address != grant.address) {
    return refuse_unauthorized(c.state, c.request, c.envelope.type, invalid_token,
                               "The new token names another actor.", c.now);
  }
  if (refresh.nonce && !c.state.nonces.accept(grant.address, *refresh.nonce, c.now.mono)) {
    return refuse_unauthorized(c.state, c.request, c.envelope.type, invalid_token,
                               "The nonce was used before.", c.now);
  }
  grant = {grant.address, verified->expires_at, cut_off(*verified, c.now), c.now.mono};
  c.session.permissions = Permissions::of(*verified);
  arm_session(c.state, c.session);
  answer(c.state, c.request, wire::TokenRefreshed{grant.expires_at}, c.now);
}

}  // namespace signal_hub::core
