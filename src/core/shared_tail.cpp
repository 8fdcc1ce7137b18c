#include "core/shared_tail.hpp"

#include <utility>

#include "base/limits.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

SharedBytes count_shared(State& state, std::string bytes) {
  return {std::move(bytes), state.shared_bytes};
}

SharedTail make_tail(State& state, std::string bytes) {
  if (bytes.size() < limits::shared_tail_bytes) return {std::move(bytes), nullptr, nullptr};
  return {{}, count_shared(state, std::move(bytes)), nullptr};
}

void share_tail(State& state, SharedTail& tail) {
  if (!tail.shared) tail.shared = count_shared(state, std::move(tail.copied));
}

SharedBytes keep_tail(State& state, SharedTail& tail) {
  if (tail.shared) return tail.shared;
  if (!tail.kept) tail.kept = count_shared(state, tail.copied);
  return tail.kept;
}

}  // namespace signal_hub::core
