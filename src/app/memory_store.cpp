#include "app/memory_store.hpp"

namespace signal_hub::app {

void MemoryStore::submit(core::Batch batch) {
  messages_.apply(batch);
  submitted_ = batch.seq;
  figures_.receipts = messages_.finished().size();
  figures_.dead_letters = messages_.dead().size();
  figures_.dead_letters_evicted = messages_.evicted();
}

void MemoryStore::poll(StoreEvents& events) {
  if (const auto seq = std::exchange(submitted_, std::nullopt)) events.durable(*seq, {});
  for (const core::LoadRequest& request : std::exchange(loads_, {})) {
    events.loaded(messages_.load(request));
  }
}

}  // namespace signal_hub::app
