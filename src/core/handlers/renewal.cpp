#include "core/handlers/renewal.hpp"

#include "core/lifecycle.hpp"

namespace signal_hub::core {

void extend(State& state, Actor& actor, Now now) {
  actor.expires = now.mono + actor.ttl;
  actor.expires_at = now.wall + actor.ttl;
  journal_actor(state, actor, now);
}

std::string renew(State& state, Actor& actor, Now now) {
  ++actor.token_counter;
  extend(state, actor, now);
  return issue_renewal_token(state.mac, actor.address, actor.registration, actor.token_counter);
}

ActorId holder_of(const State& state, std::string_view token) {
  const auto parts = parse_renewal_token(token);
  if (!parts) return {};
  const ActorId id = state.registry.find_registration(parts->registration);
  const Actor* actor = state.registry.find(id);
  if (actor == nullptr || parts->counter != actor->token_counter) return {};
  return renewal_mac_valid(state.mac, actor->address, *parts) ? id : ActorId{};
}

}  // namespace signal_hub::core
