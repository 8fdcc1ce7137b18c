#include "core/dead_letters.hpp"

#include <string>
#include <utility>

#include "core/commits.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::core {
namespace {

/// The connection of the sender: the one it sent from, or whoever holds its address now.
ConnId sender_of(const State& state, const Held& held) {
  if (state.sessions.find(held.sender_conn) != nullptr) return held.sender_conn;
  const Actor* actor = state.registry.find(state.registry.find_address(held.sender));
  if (actor != nullptr && actor->online()) return actor->conn;
  const auto connected = state.by_identity.find(held.sender);
  return connected == state.by_identity.end() ? ConnId{} : connected->second;
}

Error notice(const Held& held, std::string_view target, std::string_view reason) {
  std::string details;
  wire::JsonWriter out(details);
  out.begin_object().field("messageId", held.message_id).field("target", target);
  out.field("reason", reason).end_object();
  return {ErrorCode::dead_lettered,
          "The stored message was not delivered to " + std::string(target) + ": " +
              std::string(reason) + ".",
          {},
          std::move(details)};
}

}  // namespace

void bury(State& state, const Held& held, std::string_view target, std::string_view reason,
          Now now) {
  const std::uint64_t seq =
      state.journal.append(MessageDead{held.position, std::string(reason), now.wall}, now.mono);
  ++state.stats.dead_lettered;
  state.events.push_back({LogEvent::dead_lettered,
                          {{"actorAddress", std::string(target)},
                           {"messageId", held.message_id},
                           {"reason", std::string(reason)}}});
  OpenRequest request;
  request.reply_to.conn = sender_of(state, held);
  if (!request.reply_to.conn.valid()) return;
  request.reply_to.to = held.sender;
  request.reply_to.correlation_id = held.message_id;
  request.message_id = held.message_id;
  dead_lettered_when_durable(state, std::move(request), seq, notice(held, target, reason), now);
}

}  // namespace signal_hub::core
