// A store that keeps nothing and confirms at once: what the hub has until it gets a disk.
#pragma once

#include <optional>

#include "app/store.hpp"

namespace signal_hub::app {

class MemoryStore final : public Store {
 public:
  bool ready() const override { return !submitted_; }
  void submit(core::Batch batch) override { submitted_ = batch.seq; }
  void poll(StoreEvents& events) override;

 private:
  std::optional<std::uint64_t> submitted_;
};

}  // namespace signal_hub::app
