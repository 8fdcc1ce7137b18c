#include "core/dead_letters.hpp"

#include <string>

#include "core/commits.hpp"
#include "core/notices.hpp"

namespace signal_hub::core {

void bury(State& state, const Held& held, std::string_view target, std::string_view reason,
          Now now) {
  const std::uint64_t seq = state.journal.append(
      MessageDead{held.position, std::string(reason), now.wall, held.asked}, now.mono);
  ++state.stats.dead_lettered;
  state.events.push_back({LogEvent::dead_lettered,
                          {{"actorAddress", std::string(target)},
                           {"messageId", held.letter ? held.letter->message_id : std::string()},
                           {"reason", std::string(reason)}}});
  if (!held.asked) return;
  tell_when_durable(state, notice_of(held, target, "dead_lettered", reason, now), seq, now);
}

}  // namespace signal_hub::core
