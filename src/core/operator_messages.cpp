#include "core/operator_messages.hpp"

#include <utility>

#include "core/admin.hpp"
#include "core/intake.hpp"
#include "core/state.hpp"
#include "core/upkeep.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::core {
namespace {

std::string envelope_of(State& state, const OperatorMessage& m, std::string_view from, Now now) {
  const std::string_view hub = state.settings.hub_address;
  std::string text;
  wire::JsonWriter out(text);
  out.begin_object().field("id", Uuid::make(state.rng).view()).field("from", from);
  out.field("to", m.to.empty() ? hub : m.to).field("type", m.type).raw_field("payload", m.payload);
  out.field("pattern", "ask").raw_field("correlationId", "null").field("timestamp", now.wall);
  out.raw_field("metadata", m.metadata);
  if (m.ttl) {
    out.field("ttl", *m.ttl);
  } else {
    out.raw_field("ttl", "null");
  }
  out.raw_field("signature", "null").end_object();
  return text;
}

}  // namespace

std::uint64_t Admin::submit(const OperatorMessage& message, Now now) {
  const std::string from(message.from.empty() ? std::string_view(state_.settings.hub_address)
                                              : message.from);
  const std::uint32_t ticket = ++state_.last_operator_ticket;
  // Stands in for the session that a client's message would have come from, for this one call.
  Session stand_in("", "", now.mono);
  stand_in.id = {operator_slot, ticket};
  stand_in.state = SessionState::connected;
  stand_in.connected_as = stand_in.identity = from;
  stand_in.permissions = Permissions::open();
  stand_in.closing = true;  // takes no frames: answers go to State::operator_answers
  take_frame(state_, stand_in, envelope_of(state_, message, from, now), now);
  settle(state_, now);
  return ticket;
}

void Admin::take_answers(std::vector<OperatorAnswer>& out) {
  out.clear();
  out.swap(state_.operator_answers);
}

}  // namespace signal_hub::core
