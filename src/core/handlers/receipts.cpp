// hub:ack, hub:nack, hub:status (PROTOCOL.md §7).
#include <algorithm>
#include <vector>

#include "core/answers.hpp"
#include "core/deliveries.hpp"
#include "core/handlers/handlers.hpp"
#include "core/rate.hpp"
#include "core/status.hpp"
#include "wire/delivery_id.hpp"

namespace signal_hub::core {
namespace {

/// Applies f to the actors the session may answer for, the one it speaks as first, until one says
/// that the delivery is its own.
template <class F>
bool any_actor(const Context& c, F&& f) {
  const ActorId speaker = c.state.registry.find_address(c.from);
  const std::vector<ActorId> own = c.session.actors;
  const bool speaks = std::find(own.begin(), own.end(), speaker) != own.end();
  if (speaks && f(speaker)) return true;
  if (c.session.guest.valid() && f(c.session.guest)) return true;
  return std::any_of(own.begin(), own.end(), [&](ActorId id) { return id != speaker && f(id); });
}

bool acknowledge_one(const Context& c, const std::string& delivery_id) {
  const auto position = wire::position_of(delivery_id);
  return position &&
         any_actor(c, [&](ActorId id) { return acknowledge(c.state, id, *position, c.now); });
}

/// What was not outstanding costs a token; false after hub:rate_limited.
bool pays(Context& c, std::size_t unknown) {
  if (unknown == 0) return true;
  c.state.stats.unknown_acks += unknown;
  return within_rate(c.state, c.session, c.request, 1, c.now);
}

}  // namespace

void handle(Context& c, const wire::Ack& ack) {
  std::vector<wire::Acked::One> known;
  known.reserve(ack.delivery_ids.size());
  std::size_t unknown = 0;
  for (const std::string& id : ack.delivery_ids) {
    known.push_back({id, acknowledge_one(c, id)});
    unknown += known.back().known ? 0 : 1;
  }
  if (!pays(c, unknown) || !c.is_ask()) return;
  answer(c.state, c.request, wire::Acked{known, ack.bulk}, c.now);
}

void handle(Context& c, const wire::Nack& nack) {
  const auto position = wire::position_of(nack.delivery_id);
  const bool known =
      position && any_actor(c, [&](ActorId id) {
        return reject(c.state, id, *position, nack.reason.value_or(""), nack.requeue, c.now);
      });
  if (!pays(c, known ? 0 : 1) || !c.is_ask()) return;
  const wire::Acked::One one{nack.delivery_id, known};
  answer(c.state, c.request, wire::Acked{{&one, 1}, false}, c.now);
}

void handle(Context& c, const wire::Status& status) {
  const bool admin = c.session.permissions.has(Capability::admin);
  ask_status(c.state, std::move(c.request), admin ? std::string_view() : c.from, status.message_id,
             c.now);
}

}  // namespace signal_hub::core
