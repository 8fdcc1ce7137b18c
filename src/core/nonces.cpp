#include "core/nonces.hpp"

#include <chrono>

#include "base/limits.hpp"

namespace signal_hub::core {
namespace {
constexpr Millis remembered{std::chrono::hours{24}};
}

bool Nonces::accept(std::string_view actor, std::string_view nonce, MonoTime now) {
  expire(now);
  std::string key(actor);
  key.append(1, '\0').append(nonce);
  if (!seen_.insert(key).second) return false;
  by_age_.push_back({std::move(key), now + remembered});
  if (by_age_.size() > limits::nonces) {
    seen_.erase(by_age_.front().key);
    by_age_.pop_front();
  }
  return true;
}

void Nonces::expire(MonoTime now) {
  while (!by_age_.empty() && by_age_.front().until <= now) {
    seen_.erase(by_age_.front().key);
    by_age_.pop_front();
  }
}

}  // namespace signal_hub::core
