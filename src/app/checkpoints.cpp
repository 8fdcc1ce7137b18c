#include "app/checkpoints.hpp"

#include <utility>

#include "app/event_log.hpp"

namespace signal_hub::app {
namespace {

// A commit that takes longer is a disk that hangs: nothing is promised until it returns.
constexpr Millis stuck_after{10'000};

}  // namespace

Checkpoints::Checkpoints(core::Hub& hub, Store& store, Logger& logger,
                         const ServerSettings& settings)
    : hub_(hub), store_(store), logger_(logger), settings_(settings) {}

void Checkpoints::run(Now now) {
  now_ = now;
  store_.poll(*this);
  note_stuck();
  note_overflow();
  offer(now);
  store_.poll(*this);  // a store without a disk is done at once
  note_size();
  hub_.take_load_requests(requests_);
  for (core::LoadRequest& request : requests_) store_.load(std::move(request));
}

bool Checkpoints::due(Now now) const {
  const core::Journal& journal = hub_.journal();
  if (journal.empty()) return false;
  return journal.urgent() || journal.starting_over() ||
         journal.backlog() >= settings_.checkpoint_batch ||
         now.mono - journal.waiting_since() >= settings_.checkpoint_interval;
}

void Checkpoints::offer(Now now) {
  if (!store_.ready() || last_) return;
  if (!finishing_ && !due(now)) return;
  core::Batch batch = finishing_ ? hub_.take_last_batch(now) : hub_.take_batch(now);
  if (finishing_) last_ = batch.seq;
  in_flight_ = batch.entries.size();
  stuck_at_ = now.mono + stuck_after;
  store_.submit(std::move(batch));
}

MonoTime Checkpoints::next_deadline() const {
  // While a batch is in flight its end wakes the loop, if it ends.
  if (!store_.ready()) return failing_since_ ? never : stuck_at_;
  if (hub_.journal().empty() || last_) return never;
  return hub_.journal().waiting_since() + settings_.checkpoint_interval;
}

bool Checkpoints::finished() const {
  return last_ && store_.ready() && hub_.journal().durable_seq() >= *last_;
}

void Checkpoints::note_overflow() {
  const bool over = hub_.journal().starting_over();
  if (over && !overflow_told_) log(core::LogEvent::journal_overflow, {});
  overflow_told_ = over;
}

void Checkpoints::note_stuck() {
  if (store_.ready() || failing_since_ || now_.mono < stuck_at_) return;
  write_failed("a commit has not returned for " + std::to_string(stuck_after / 1s) + " seconds");
}

void Checkpoints::note_size() {
  const std::uint64_t bytes = store_.figures().db_bytes;
  const bool over = settings_.db_limit != 0 && bytes > settings_.db_limit;
  if (over == over_limit_) return;
  over_limit_ = over;
  hub_.storage_full(over);
  log(over ? core::LogEvent::db_limit_reached : core::LogEvent::db_limit_cleared,
      {{"bytes", static_cast<std::int64_t>(bytes)},
       {"limit", static_cast<std::int64_t>(settings_.db_limit)}});
}

void Checkpoints::durable(std::uint64_t seq, const std::vector<std::uint64_t>& refused) {
  in_flight_ = 0;
  stuck_at_ = never;
  failure_.clear();
  if (failing_since_) {
    const Millis failed = now_.mono - *std::exchange(failing_since_, std::nullopt);
    log(core::LogEvent::store_recovered, {{"duration", failed.count()}});
  }
  if (!refused.empty()) {
    log(core::LogEvent::row_refused, {{"count", static_cast<std::int64_t>(refused.size())}});
  }
  hub_.durable(seq, refused, now_);
}

void Checkpoints::write_failed(const std::string& reason) {
  failure_ = reason;
  if (!failing_since_) {
    failing_since_ = now_.mono;
    log(core::LogEvent::store_failed,
        {{"reason", reason}, {"backlog", static_cast<std::int64_t>(unsaved())}});
  }
  hub_.store_failed();
}

void Checkpoints::loaded(core::Loaded rows) { hub_.loaded(std::move(rows), now_); }

void Checkpoints::wal_pinned(bool pinned, std::uint64_t bytes) {
  log(pinned ? core::LogEvent::wal_pinned : core::LogEvent::wal_released,
      {{"bytes", static_cast<std::int64_t>(bytes)}});
}

void Checkpoints::corrupt(const std::string& reason) {
  damage_ = reason;
  log(core::LogEvent::database_damaged, {{"reason", reason}});
}

void Checkpoints::log(core::LogEvent event, std::vector<core::Event::Field> fields) {
  log_event(logger_, {event, std::move(fields)}, now_.wall);
}

}  // namespace signal_hub::app
