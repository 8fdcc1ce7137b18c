// A store that outlives nothing and confirms at once: `--db :memory:`.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "app/message_table.hpp"
#include "app/store.hpp"

namespace signal_hub::app {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(const Retention& retention) : messages_(retention) {}

  bool ready() const override { return !submitted_; }
  void submit(core::Batch batch) override;
  void load(core::LoadRequest request) override { loads_.push_back(std::move(request)); }
  void poll(StoreEvents& events) override;
  const StoreFigures& figures() const override { return figures_; }
  const MessageTable& messages() const { return messages_; }

 private:
  MessageTable messages_;
  std::optional<std::uint64_t> submitted_;
  std::vector<core::LoadRequest> loads_;
  StoreFigures figures_;
};

}  // namespace signal_hub::app
