#include "core/shared_tail.hpp"

#include <utility>

#include "base/limits.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

SharedBytes count_shared(State& state, std::string bytes) {
  std::size_t& held = state.shared_bytes;
  const std::size_t size = bytes.size();
  held += size;
  const auto release = [&held, size](const std::string* text) {
    held -= size;
    delete text;
  };
  return SharedBytes(new std::string(std::move(bytes)), release);
}

SharedTail make_tail(State& state, std::string bytes) {
  if (bytes.size() < limits::shared_tail_bytes) return {std::move(bytes), nullptr, nullptr};
  return {{}, count_shared(state, std::move(bytes)), nullptr};
}

SharedBytes keep_tail(State& state, SharedTail& tail) {
  if (tail.shared) return tail.shared;
  if (!tail.kept) tail.kept = count_shared(state, tail.copied);
  return tail.kept;
}

}  // namespace signal_hub::core
