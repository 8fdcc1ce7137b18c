#include "core/rate.hpp"

#include <string>

#include "core/answers.hpp"

namespace signal_hub::core {

bool within_rate(State& state, Session& session, const OpenRequest& request, std::uint32_t cost,
                 Now now) {
  const HubSettings& settings = state.settings;
  if (cost == 0) return true;
  const auto wait = session.bucket.take(cost, settings.rate_limit, settings.rate_burst, now.mono);
  if (!wait) return true;
  ++session.traffic.rate_limited;
  const Error error{ErrorCode::rate_limited,
                    "More than " + std::to_string(settings.rate_limit) +
                        " messages a second; the next passes in " + std::to_string(wait->count()) +
                        " ms.",
                    {},
                    {}};
  wire::ErrorAnswer a{error};
  a.retry_after = *wait;
  a.limit = settings.rate_limit;
  refuse(state, request, a, now);
  return false;
}

}  // namespace signal_hub::core
