#include "core/handlers/renewal.hpp"

#include <utility>

#include "base/limits.hpp"
#include "core/lifecycle.hpp"

namespace signal_hub::core {

void extend(State& state, Actor& actor, Now now) {
  actor.expires = now.mono + actor.ttl;
  actor.expires_at = now.wall + actor.ttl;
  journal_actor(state, actor, now);
}

std::string renew(State& state, Actor& actor, Now now) {
  // Past every token that a crash may have made the hub forget.
  if (std::exchange(actor.recovered, false)) actor.token_counter += limits::token_counter_raise;
  ++actor.token_counter;
  extend(state, actor, now);
  return issue_renewal_token(state.mac, actor.address, actor.registration, actor.token_counter);
}

bool token_matches(const State& state, const Actor& actor, std::string_view token) {
  const auto parts = parse_renewal_token(token);
  if (!parts || parts->registration != actor.registration) return false;
  const bool in_force = actor.recovered ? parts->counter >= actor.token_counter
                                        : parts->counter == actor.token_counter;
  return in_force && renewal_mac_valid(state.mac, actor.address, *parts);
}

ActorId holder_of(const State& state, std::string_view token) {
  const auto parts = parse_renewal_token(token);
  if (!parts) return {};
  const ActorId id = state.registry.find_registration(parts->registration);
  const Actor* actor = state.registry.find(id);
  return actor != nullptr && token_matches(state, *actor, token) ? id : ActorId{};
}

}  // namespace signal_hub::core
