// One run of the hub's process: the real core and the real app layer on a loop of virtual turns.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/log.hpp"
#include "app/server.hpp"
#include "network.hpp"
#include "plan.hpp"
#include "store.hpp"

namespace signal_hub::sim {

/// What can be seen of a run from outside.
class RunEvents {
 public:
  virtual ~RunEvents() = default;
  virtual void logged(std::string_view event, std::span<const app::LogField> fields) = 0;
  virtual void turn_ended(const core::Stats& stats, Micros at) = 0;
  /// The loop was stopped; the process is to be destroyed, outside of this call.
  virtual void exited(int code) = 0;
};

class Process final : private app::Clock, private app::Timer, private app::Logger {
 public:
  struct Around {
    const Plan& plan;
    Schedule& schedule;
    Dice& dice;
    Trace& trace;
    RunEvents& events;
  };
  /// `run` counts starts from 1; what `disk` holds is put back.
  Process(Around around, Disk& disk, app::Transport& transport, std::uint64_t run);
  ~Process() override;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// The event happens in the loop's next turn.
  void post(HubEvent event);

  /// The process is about to be killed.
  void crash() { store_.crash(); }

  /// SIGTERM.
  void terminate();

  core::Stats stats() const { return hub_.stats(now().mono); }

 private:
  void recover(Disk& disk);
  void wake(Micros at);
  void wake_for_deadline();
  void turn();

  // app::Clock
  Now now() const override;
  std::uint64_t stopwatch_us() const override { return ++stopwatch_; }
  // app::Timer
  void arm(MonoTime deadline) override { deadline_ = deadline; }
  // app::Logger
  bool enabled(app::Level) const override { return true; }
  void set_level(app::Level) override {}
  void write(WallTime at, app::Level level, std::string_view event,
             std::span<const app::LogField> fields) override;
  void flush() override {}
  std::uint64_t dropped() const override { return 0; }

  Around around_;
  std::uint64_t run_;
  Micros loop_time_;  // stands still within a turn, as the wall clock does
  WallTime loop_wall_;
  mutable std::uint64_t stopwatch_ = 1;
  Settings settings_;
  SimStore store_;
  core::Hub hub_;
  app::Server server_;
  std::shared_ptr<const bool> alive_ = std::make_shared<bool>(true);
  std::vector<HubEvent> inbox_;
  std::vector<HubEvent> working_;
  std::optional<Micros> next_turn_;
  MonoTime deadline_ = never;
  bool stopped_ = false;
};

}  // namespace signal_hub::sim
