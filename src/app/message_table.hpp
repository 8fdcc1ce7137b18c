// Messages as a store keeps them, in memory: those that wait, those that ended, dead letters.
// For `--db :memory:`; and for the simulator, whose disk it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "app/retention.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::app {

/// A row as it is read back; when it was stored is not in it.
core::StoredMessage as_stored(const core::MessageRow& row);
core::StoredMessage as_stored(const core::PublicationRow& row);

class MessageTable {
 public:
  using Rows = std::map<std::uint64_t, core::StoredMessage>;

  explicit MessageTable(const Retention& retention) : retention_(retention) {}

  /// What a batch says of messages; the rest of it is nobody's here.
  void apply(const core::Batch& batch);

  core::Loaded load(const core::LoadRequest& request) const;

  /// At a start: what nobody was promised does not come back a second time.
  void drop_unpromised();

  const Rows& waiting() const { return waiting_; }
  const Rows& finished() const { return finished_; }  // and publications
  const Rows& dead() const { return dead_; }
  std::uint64_t evicted() const { return evicted_; }  // dead letters that made room

 private:
  struct Writer;
  struct Reader;
  void trim(std::size_t looked_at);
  void trim_finished(std::size_t looked_at);
  void trim_dead();

  Retention retention_;
  Rows waiting_;
  Rows finished_;
  Rows dead_;
  std::set<std::pair<WallTime, std::uint64_t>> by_death_;  // of the dead ones
  std::uint64_t swept_upto_ = 0;  // finished ones up to this position were looked at
  WallTime at_{};                 // of the last batch
  WallTime aged_at_{};            // and for what is kept for a time
  std::uint64_t evicted_ = 0;
};

}  // namespace signal_hub::app
