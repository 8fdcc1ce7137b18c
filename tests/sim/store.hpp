// The store: batches take time to commit and sometimes fail for a while; a crash loses what was
// not committed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/store.hpp"
#include "dice.hpp"
#include "disk.hpp"
#include "plan.hpp"
#include "schedule.hpp"
#include "trace.hpp"

namespace signal_hub::sim {

class SimStore final : public app::Store {
 public:
  /// `wake` has the hub's loop turn once more.
  SimStore(const StorePlan& plan, Disk& disk, Schedule& schedule, Dice& dice, Trace& trace,
           std::function<void()> wake);

  /// The process dies: what is on its way may be on disk already, with nobody told.
  void crash();

  // app::Store
  bool ready() const override { return !in_flight_; }
  void submit(core::Batch batch) override;
  void load(core::LoadRequest request) override;
  void poll(app::StoreEvents& events) override;
  const app::StoreFigures& figures() const override { return figures_; }

 private:
  enum class News : std::uint8_t { none, committed, failed };

  void attempt(Micros pause);
  void finish_attempt();
  /// Without the rows that are refused for good.
  void commit();
  void refuse_rows();
  /// Does something later, unless the store is gone by then.
  void later(Micros delay, std::function<void()> action);

  const StorePlan& plan_;
  Disk& disk_;
  Schedule& schedule_;
  Dice& dice_;
  Trace& trace_;
  std::function<void()> wake_;
  std::shared_ptr<const bool> alive_ = std::make_shared<bool>(true);
  app::StoreFigures figures_;
  std::optional<core::Batch> in_flight_;
  std::vector<std::uint64_t> refused_;  // of its entries
  News news_ = News::none;
  Micros failing_until_{0};
  std::vector<core::Loaded> loaded_;
};

}  // namespace signal_hub::sim
