#include "app/memory_store.hpp"

namespace signal_hub::app {

void MemoryStore::poll(StoreEvents& events) {
  if (!submitted_) return;
  const std::uint64_t seq = *submitted_;
  submitted_.reset();
  events.durable(seq);
}

}  // namespace signal_hub::app
