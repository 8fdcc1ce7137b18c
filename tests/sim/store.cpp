#include "store.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace signal_hub::sim {
namespace {

constexpr Micros retry_after{100'000};
constexpr Micros failing_most{3'000'000};
constexpr unsigned slow_factor = 20;

}  // namespace

SimStore::SimStore(const StorePlan& plan, Disk& disk, Schedule& schedule, Dice& dice, Trace& trace,
                   std::function<void()> wake)
    : plan_(plan),
      disk_(disk),
      schedule_(schedule),
      dice_(dice),
      trace_(trace),
      wake_(std::move(wake)) {
  figures_.persistent = plan.persistent;
}

void SimStore::later(Micros delay, std::function<void()> action) {
  schedule_.after(delay, [alive = std::weak_ptr(alive_), action = std::move(action)] {
    if (!alive.expired()) action();
  });
}

void SimStore::submit(core::Batch batch) {
  in_flight_ = std::move(batch);
  refuse_rows();
  attempt(Micros{0});
}

void SimStore::refuse_rows() {
  refused_.clear();
  if (plan_.refuse_percent == 0) return;
  std::erase_if(in_flight_->entries, [this](const core::Batch::Entry& e) {
    const auto* row = std::get_if<core::MessageRow>(&e.entry);
    const bool may =
        (row != nullptr && row->reliable) || std::holds_alternative<core::PublicationRow>(e.entry);
    if (!may || !dice_.chance(plan_.refuse_percent)) return false;
    refused_.push_back(e.seq);
    return true;
  });
}

void SimStore::attempt(Micros pause) {
  Micros time = dice_.between(plan_.commit_min, plan_.commit_max);
  if (dice_.chance(plan_.slow_percent)) time *= slow_factor;
  later(pause + time, [this] { finish_attempt(); });
}

void SimStore::finish_attempt() {
  if (failing_until_ < schedule_.now() && dice_.chance(plan_.fail_percent)) {
    failing_until_ = schedule_.now() + dice_.between(Micros{0}, failing_most);
  }
  if (failing_until_ >= schedule_.now()) {
    news_ = News::failed;
    attempt(retry_after);
  } else {
    news_ = News::committed;
    if (!dice_.chance(plan_.forget_percent)) commit();
  }
  wake_();
}

void SimStore::commit() {
  trace_.note(schedule_.now(), "commit", in_flight_->seq, describe(*in_flight_));
  disk_.commit(*in_flight_);
}

void SimStore::load(core::LoadRequest request) {
  const Micros time = dice_.between(plan_.commit_min, plan_.commit_max);
  later(time, [this, request = std::move(request)] {
    loaded_.push_back(dice_.chance(plan_.fail_percent) ? core::Loaded{request.id, {}, true}
                                                       : disk_.load(request));
    wake_();
  });
}

void SimStore::poll(app::StoreEvents& events) {
  for (core::Loaded& rows : std::exchange(loaded_, {})) events.loaded(std::move(rows));
  const News news = std::exchange(news_, News::none);
  if (news == News::failed) events.write_failed("simulated");
  if (news != News::committed) return;
  const std::uint64_t seq = in_flight_->seq;
  in_flight_.reset();
  ++figures_.commits;
  figures_.rows_refused += refused_.size();
  events.durable(seq, refused_);
}

void SimStore::crash() {
  const bool waits = in_flight_ && news_ != News::committed;
  if (waits && dice_.chance(50)) commit();
  in_flight_.reset();
}

}  // namespace signal_hub::sim
