// Checkpoints: when what the journal holds goes to the store, and what the store's news lead to
// (DESIGN.md, durability contract).
//
// A batch goes when somebody waits for it, when it is old or large enough, and only when none is in
// flight; so what comes in during a commit shares the next one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/log.hpp"
#include "app/ports.hpp"
#include "app/store.hpp"
#include "base/settings.hpp"
#include "core/hub.hpp"

namespace signal_hub::app {

class Checkpoints final : private StoreEvents {
 public:
  /// All must outlive it; `settings` may change between turns.
  Checkpoints(core::Hub& hub, Store& store, Logger& logger, const ServerSettings& settings);

  /// Takes the store's news, offers the journal, asks for what is to be read.
  void run(Now now);

  /// When run() has something to do although nothing happens; `never`: nothing.
  MonoTime next_deadline() const;

  /// The hub stops: the next batch is the last, with the mailboxes that are in memory only.
  void finish() { finishing_ = true; }

  /// The last batch is on disk.
  bool finished() const;

  /// Why nothing can be written, or what is damaged; empty while all is well.
  const std::string& failure() const { return failure_.empty() ? damage_ : failure_; }

  /// Damage was found in the database; only another database ends that.
  bool damaged() const { return !damage_.empty(); }

  /// Changes that are not on disk.
  std::size_t unsaved() const { return hub_.journal().backlog() + in_flight_; }

 private:
  void durable(std::uint64_t seq, const std::vector<std::uint64_t>& refused) override;
  void write_failed(const std::string& reason) override;
  void loaded(core::Loaded rows) override;
  void wal_pinned(bool pinned, std::uint64_t bytes) override;
  void corrupt(const std::string& reason) override;

  bool due(Now now) const;
  void offer(Now now);
  void note_overflow();
  void note_stuck();
  void note_size();
  void log(core::LogEvent event, std::vector<core::Event::Field> fields);

  core::Hub& hub_;
  Store& store_;
  Logger& logger_;
  const ServerSettings& settings_;
  Now now_{};  // of the run in progress
  std::size_t in_flight_ = 0;
  MonoTime stuck_at_ = never;  // when the batch in flight has taken too long
  std::string failure_;
  std::string damage_;
  bool over_limit_ = false;
  std::optional<MonoTime> failing_since_;
  bool overflow_told_ = false;
  bool finishing_ = false;
  std::optional<std::uint64_t> last_;        // the last batch's number
  std::vector<core::LoadRequest> requests_;  // scratch
};

}  // namespace signal_hub::app
