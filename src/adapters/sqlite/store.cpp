#include "adapters/sqlite/store.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <type_traits>
#include <utility>

#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/fault.hpp"
#include "adapters/sqlite/integrity.hpp"
#include "adapters/sqlite/message_recovery.hpp"

namespace signal_hub::adapters {
namespace {

constexpr Millis backoff_first{100};
constexpr Millis backoff_most{5'000};
constexpr Millis upkeep_least{1};

/// Until the first batch says.
WallTime wall_time() {
  return std::chrono::time_point_cast<Millis>(
      WallTime{} +
      std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch()));
}

}  // namespace

SqliteStore::SqliteStore(uv_loop_t* loop, const SqliteOptions& options, FileLock lock,
                         SQLite::Database db)
    : loop_(loop),
      options_(options),
      lock_(std::move(lock)),
      writer_(options, std::move(db)),
      reads_(loop, options),
      searches_(loop, options),
      upkeep_(options.path),
      wal_(options.wal_limit),
      write_job_(loop),
      upkeep_job_(loop),
      damage_job_(loop),
      retry_(std::make_unique<LoopTimer>(loop,
                                         [this] {
                                           write_due_ = true;
                                           next();
                                         })),
      upkeep_timer_(std::make_unique<LoopTimer>(loop,
                                                [this] {
                                                  cut_due_ = wal_.above_limit();
                                                  next();
                                                })),
      backoff_(backoff_first),
      aged_at_(wall_time()) {
  figures_.persistent = true;
  show(writer_.amounts());
  sized(wal_bytes(options.path), false);  // what a crash has left
  upkeep_timer_->repeat(std::max(options.upkeep_interval, upkeep_least));
}

SqliteStore::~SqliteStore() { close(); }

void SqliteStore::close() {
  if (std::exchange(closed_, true)) return;
  retry_.reset();
  upkeep_timer_.reset();
  closing_ = true;
  while (write_job_.busy() || reading() || upkeep_job_.busy() || damage_job_.busy()) {
    uv_run(loop_, UV_RUN_ONCE);
  }
  reads_.loader.close();
  searches_.loader.close();
  upkeep_.close();
  writer_.close();
  lock_.reset();
}

Result<bool> SqliteStore::recover_messages(core::RecoveredMessages& into, WallTime now) {
  try {
    SQLite::Database db = open_writer(options_.path, options_.full_durability);
    const Millis window = options_.kept.dedupe_window;
    adapters::recover_messages(db, into, window == 0ms ? WallTime{} : now - window);
    return true;
  } catch (const SQLite::Exception& error) {
    return fail("cannot read the messages in " + options_.path + ": " + fault_of(error).reason);
  } catch (const std::exception& error) {
    return fail("cannot read the messages in " + options_.path + ": " + error.what());
  }
}

void SqliteStore::search_for_damage() {
  const auto found = std::make_shared<std::optional<std::string>>();
  damage_job_.start([this, found] { *found = damage_in(options_.path, closing_); },
                    [this, found] {
                      if (*found) outcomes_.emplace_back(Damaged{**found});
                    });
}

void SqliteStore::submit(core::Batch batch) {
  batch_ = std::move(batch);
  aged_at_ = batch_->aged_at;
  write_due_ = true;
  next();
}

void SqliteStore::load(core::LoadRequest request) {
  const bool slow = std::holds_alternative<core::LoadRequest::Search>(request.what);
  (slow ? searches_ : reads_).waiting.push_back(std::move(request));
  next();
}

/// Starts what can start. To cut the log is done alone, or it would be our own jobs that hold it;
/// it is due only when the log is above its limit.
void SqliteStore::next() {
  if (closed_ || cutting_) return;
  const bool idle = !write_job_.busy() && !reading();
  if (cut_due_ && !upkeep_job_.busy()) {
    if (idle) start_cut();
    return;
  }
  if (write_due_ && !write_job_.busy()) start_write();
  start_loads(reads_);
  start_loads(searches_);
  if (copy_due_ && !upkeep_job_.busy()) start_copy();
}

void SqliteStore::start_write() {
  write_due_ = false;
  const auto outcome = std::make_shared<WriteOutcome>();
  write_job_.start([this, outcome] { *outcome = writer_.write(*batch_); },
                   [this, outcome] { wrote(*outcome); });
}

void SqliteStore::wrote(const WriteOutcome& outcome) {
  if (outcome.failure) {
    ++figures_.write_failures;
    outcomes_.emplace_back(Failed{*outcome.failure});
    if (retry_) retry_->arm(backoff_);
    backoff_ = std::min(2 * backoff_, backoff_most);
  } else {
    ++figures_.commits;
    figures_.rows_refused += outcome.refused.size();
    figures_.rows_written += batch_->entries.size() - outcome.refused.size();
    figures_.commit_durations.observe(outcome.duration_us);
    backoff_ = backoff_first;
    outcomes_.emplace_back(Durable{batch_->seq, outcome.refused});
    batch_.reset();
    show(outcome.amounts);
    copy_due_ = wal_.committed(outcome.wal_pages) || copy_due_;
  }
  sized(outcome.wal_bytes, false);
  next();
}

void SqliteStore::start_loads(Lane& lane) {
  if (lane.waiting.empty() || lane.job.busy()) return;
  const auto requests =
      std::make_shared<std::vector<core::LoadRequest>>(std::exchange(lane.waiting, {}));
  const auto answers = std::make_shared<std::vector<core::Loaded>>();
  lane.job.start(
      [&lane, requests, answers, at = aged_at_] { *answers = lane.loader.load(*requests, at); },
      [this, answers] {
        for (core::Loaded& rows : *answers) outcomes_.emplace_back(std::move(rows));
        next();
      });
}

void SqliteStore::start_copy() {
  copy_due_ = false;
  const auto outcome = std::make_shared<CheckpointOutcome>();
  upkeep_job_.start([this, outcome] { *outcome = upkeep_.copy(); },
                    [this, outcome] {
                      sized(outcome->wal_bytes, false);
                      next();
                    });
}

void SqliteStore::start_cut() {
  cut_due_ = false;
  cutting_ = true;
  const auto outcome = std::make_shared<CheckpointOutcome>();
  upkeep_job_.start([this, outcome] { *outcome = upkeep_.cut(); },
                    [this, outcome] {
                      cutting_ = false;
                      sized(outcome->wal_bytes, outcome->held);
                      next();
                    });
}

void SqliteStore::show(const StoredAmounts& amounts) {
  figures_.db_bytes = amounts.used_bytes + figures_.wal_bytes;
  figures_.receipts = static_cast<std::uint64_t>(amounts.rows.receipts);
  figures_.dead_letters = static_cast<std::uint64_t>(amounts.rows.dead_letters);
  figures_.dead_letters_evicted = amounts.dead_letters_evicted;
}

void SqliteStore::sized(std::uint64_t bytes, bool tried) {
  figures_.db_bytes = figures_.db_bytes - figures_.wal_bytes + bytes;
  figures_.wal_bytes = bytes;
  const auto news = wal_.sized(bytes, tried);
  if (!news) return;
  figures_.wal_pinned = *news;
  outcomes_.emplace_back(Pinned{*news, bytes});
}

void SqliteStore::poll(app::StoreEvents& events) {
  for (const Outcome& outcome : std::exchange(outcomes_, {})) tell(events, outcome);
}

void SqliteStore::tell(app::StoreEvents& events, const Outcome& outcome) {
  std::visit(
      [&events](const auto& o) {
        using Kind = std::decay_t<decltype(o)>;
        if constexpr (std::is_same_v<Kind, Durable>) {
          events.durable(o.seq, o.refused);
        } else if constexpr (std::is_same_v<Kind, Failed>) {
          events.write_failed(o.reason);
        } else if constexpr (std::is_same_v<Kind, Pinned>) {
          events.wal_pinned(o.pinned, o.bytes);
        } else if constexpr (std::is_same_v<Kind, Damaged>) {
          events.corrupt(o.reason);
        } else {
          events.loaded(o);
        }
      },
      outcome);
}

}  // namespace signal_hub::adapters
