// The store's port: where journal batches become durable (DESIGN.md, "The shape").
#pragma once

#include <cstdint>

#include "core/journal.hpp"

namespace signal_hub::app {

class StoreEvents {
 public:
  virtual ~StoreEvents() = default;
  /// Everything up to `seq` is on disk. Called on the loop, never from inside submit().
  virtual void durable(std::uint64_t seq) = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  /// Another batch may be submitted: at most one is in flight.
  virtual bool ready() const = 0;
  /// Never blocks. REQUIRES: ready().
  virtual void submit(core::Batch batch) = 0;
  /// What has become durable since the last call, reported through `events`.
  virtual void poll(StoreEvents& events) = 0;
};

}  // namespace signal_hub::app
