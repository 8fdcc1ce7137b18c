#include "breakers.hpp"

#include <utility>

namespace signal_hub::sim {

void Breakers::changed(const std::string& address, bool opened, Micros at) {
  changed_.insert(address);
  open_.erase(address);
  if (opened) open_.emplace(address, Open{at});
}

void Breakers::returned(const std::string& address) {
  changed_.insert(address);
  const auto found = open_.find(address);
  if (found != open_.end()) found->second.returned = true;
}

Breakers::Kind Breakers::attempted(const std::string& address, std::size_t out,
                                   const std::string& what, Micros at) {
  const auto found = open_.find(address);
  if (found == open_.end()) return Kind::usual;
  Open& open = found->second;
  // The hub counts in whole milliseconds.
  const Micros soonest = open.last + settings_.breaker_pause - Micros{1'000};
  if (out != 0) suspicions_.push_back({address, "a second one while the breaker is open, " + what});
  if (at < soonest && !open.returned) {
    suspicions_.push_back({address, "too soon while the breaker is open, " + what});
  }
  open.last = at;
  open.returned = false;
  return std::exchange(open.probed, true) ? Kind::probe_again : Kind::probe;
}

void Breakers::turn_ended() {
  for (const Suspicion& suspicion : std::exchange(suspicions_, {})) {
    if (!changed_.contains(suspicion.address)) book_.fail(suspicion.what);
  }
  changed_.clear();
}

void Breakers::reset() {
  open_.clear();
  changed_.clear();
  suspicions_.clear();
}

}  // namespace signal_hub::sim
