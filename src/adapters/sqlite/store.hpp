// The store on SQLite: batches, loads and upkeep as jobs on libuv's thread pool, their outcomes
// kept for poll() (DESIGN.md, durability contract).
#pragma once

#include <uv.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "adapters/sqlite/job.hpp"
#include "adapters/sqlite/loader.hpp"
#include "adapters/sqlite/lock.hpp"
#include "adapters/sqlite/options.hpp"
#include "adapters/sqlite/upkeep.hpp"
#include "adapters/sqlite/wal_policy.hpp"
#include "adapters/sqlite/writer.hpp"
#include "app/store.hpp"
#include "base/result.hpp"

namespace signal_hub::adapters {

class SqliteStore final : public app::Store {
 public:
  /// Throws SQLite::Exception. open_store() makes one.
  SqliteStore(uv_loop_t* loop, const SqliteOptions& options, FileLock lock, SQLite::Database db);

  /// Closes it if nobody has.
  ~SqliteStore() override;
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  /// Gives the hub the messages that wait and those whose ids it is to remember, by position. The
  /// error: a sentence without its end. REQUIRES: nothing was submitted yet.
  Result<bool> recover_messages(core::RecoveredMessages& into, WallTime now);

  /// On a worker, while everything else goes on; what it finds is reported.
  void search_for_damage();

  /// Waits for the jobs that run, then closes the connections and lets go of the lock. A batch that
  /// could not be written is lost. Runs the loop for it.
  /// REQUIRES: the loop does not run, and nobody else's handles on it are open.
  void close();

  // app::Store
  bool ready() const override { return !batch_; }
  void submit(core::Batch batch) override;
  void load(core::LoadRequest request) override;
  void poll(app::StoreEvents& events) override;
  const app::StoreFigures& figures() const override { return figures_; }

 private:
  struct Durable {
    std::uint64_t seq;
    std::vector<std::uint64_t> refused;
  };
  struct Failed {
    std::string reason;
  };
  struct Pinned {
    bool pinned;
    std::uint64_t bytes;
  };
  struct Damaged {
    std::string reason;
  };
  using Outcome = std::variant<Durable, Failed, core::Loaded, Pinned, Damaged>;

  /// Requests that are read one after the other.
  struct Lane {
    Lane(uv_loop_t* loop, const SqliteOptions& options)
        : loader(options.path, options.kept.receipt_ttl), job(loop) {}
    Loader loader;
    Job job;
    std::vector<core::LoadRequest> waiting;
  };

  void tell(app::StoreEvents& events, const Outcome& outcome);
  void next();
  void start_write();
  void wrote(const WriteOutcome& outcome);
  void start_loads(Lane& lane);
  bool reading() const { return reads_.job.busy() || searches_.job.busy(); }
  void show(const StoredAmounts& amounts);
  void start_copy();
  void start_cut();
  void sized(std::uint64_t bytes, bool tried);

  uv_loop_t* loop_;
  const SqliteOptions options_;
  std::optional<FileLock> lock_;
  Writer writer_;
  Lane reads_;
  Lane searches_;  // slow ones, which nobody's mailbox is to wait for
  Upkeep upkeep_;
  WalPolicy wal_;
  Job write_job_;
  Job upkeep_job_;
  Job damage_job_;
  std::unique_ptr<LoopTimer> retry_;
  std::unique_ptr<LoopTimer> upkeep_timer_;

  std::optional<core::Batch> batch_;  // in flight, or failed and to be tried again
  bool write_due_ = false;            // the batch is to be written as soon as nothing is in the way
  Millis backoff_;
  WallTime aged_at_;  // of the last batch
  bool copy_due_ = false;
  bool cut_due_ = false;
  bool cutting_ = false;
  bool closed_ = false;
  std::atomic<bool> closing_ = false;  // read by the search for damage
  std::vector<Outcome> outcomes_;
  app::StoreFigures figures_;
};

}  // namespace signal_hub::adapters
