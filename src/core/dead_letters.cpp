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
  const Notice notice = notice_of(held, target, dead_lettered, reason, now);
  if (held.letter) log_dead_letter(state, notice);
  // Of one that is on disk only even the log does not know yet which it is.
  if (held.asked || !held.letter) tell_when_durable(state, notice, seq, now);
}

}  // namespace signal_hub::core
