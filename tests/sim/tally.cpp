#include "tally.hpp"

namespace signal_hub::sim {
namespace {

constexpr std::array<std::string_view, situation_count> names{
    "reliable send queued",
    "reliable publication stored",
    "delivery",
    "redelivery",
    "redelivery after a restart",
    "attempt repeated after lost bytes",
    "acknowledged",
    "acknowledged on a later link",
    "acknowledged in a later run",
    "acknowledged after the timeout",
    "acknowledged again",
    "acknowledged in bulk",
    "ack by somebody else",
    "ack lost with its link",
    "ack timeout",
    "attempt lost with its link",
    "nack that gives back",
    "nack for good",
    "dead: max_attempts",
    "dead: expired",
    "dead: nack",
    "dead: overflow",
    "dead: unsubscribed",
    "dead: target gone",
    "receipt acknowledged",
    "receipt delivered",
    "receipt dead_lettered",
    "receipt after coming back",
    "receipt after a restart",
    "breaker opened",
    "breaker closed",
    "breaker probed",
    "breaker probed again",
    "window full",
    "priority overtook",
    "refused queue_full",
    "refused internal_error",
    "refused message_expired",
    "row refused",
    "retry before the answer",
    "retry after the answer",
    "retry after a restart",
    "duplicate answered",
    "crash",
    "crash with attempts out",
    "crash between commit and answer",
    "crash before the commit",
    "crash between ack and commit",
    "stop with attempts out",
    "clock forwards",
    "clock backwards",
    "undisturbed delivery",
    "nothing left at the end",
};

}  // namespace

std::string_view name(Situation situation) { return names[static_cast<std::size_t>(situation)]; }

}  // namespace signal_hub::sim
