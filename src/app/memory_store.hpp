// A store that keeps nothing and confirms at once: `--db :memory:`.
#pragma once

#include <optional>
#include <vector>

#include "app/store.hpp"

namespace signal_hub::app {

class MemoryStore final : public Store {
 public:
  bool ready() const override { return !submitted_; }
  void submit(core::Batch batch) override { submitted_ = batch.seq; }
  void load(core::LoadRequest request) override { loads_.push_back(request.id); }
  void poll(StoreEvents& events) override;
  const StoreFigures& figures() const override { return figures_; }

 private:
  std::optional<std::uint64_t> submitted_;
  std::vector<std::uint64_t> loads_;
  StoreFigures figures_;
};

}  // namespace signal_hub::app
