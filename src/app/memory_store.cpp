#include "app/memory_store.hpp"

#include <utility>

namespace signal_hub::app {

void MemoryStore::poll(StoreEvents& events) {
  if (const auto seq = std::exchange(submitted_, std::nullopt)) events.durable(*seq, {});
  // Texts are never left to a store that has none to give back: nothing is found.
  for (const std::uint64_t id : std::exchange(loads_, {})) events.loaded({id, {}, false});
}

}  // namespace signal_hub::app
