#include "core/remembered_ids.hpp"

#include <functional>

#include "core/position.hpp"

namespace signal_hub::core {
namespace {

constexpr Millis group_span{1'000};
constexpr std::size_t fewest_slots = 1024;

}  // namespace

std::uint64_t RememberedIds::hash(std::string_view sender, std::string_view message_id) {
  const std::hash<std::string_view> of;
  return of(sender) * 0x9e3779b97f4a7c15U ^ of(message_id);
}

std::optional<RememberedIds::Found> RememberedIds::find(std::uint64_t hash) const {
  if (entries_.empty()) return std::nullopt;
  std::optional<Found> newest;
  for (std::size_t i = bucket(hash); slots_[i] != 0; i = (i + 1) & (slots_.size() - 1)) {
    const Entry& entry = at(slots_[i]);
    if (entry.hash != hash) continue;
    const std::uint64_t found = position(slots_[i]);
    if (!newest || found > newest->position) newest = {found, entry.digest};
  }
  return newest;
}

void RememberedIds::add(std::uint64_t hash, std::uint32_t digest, std::uint64_t position,
                        MonoTime until, std::size_t limit) {
  while (limit != 0 && entries_.size() >= limit) forget_oldest();
  if ((entries_.size() + 1) * 4 > slots_.size() * 3) grow();
  auto number = static_cast<std::uint32_t>(first_ + entries_.size());
  if (number == 0 || number < first_) {  // once in four billion: number them anew
    first_ = 1;
    number = static_cast<std::uint32_t>(first_ + entries_.size());
    slots_.assign(slots_.size(), 0);
    for (std::uint32_t n = first_; n != number; ++n) place(n);
  }
  const auto run = static_cast<std::uint32_t>(run_of(position));
  if (runs_.empty() || runs_.back().number != run) runs_.push_back({run, 0});
  ++runs_.back().entries;
  entries_.push_back({hash, counter_of(position), digest});
  place(number);
  if (groups_.empty() || groups_.back().until < until - group_span) groups_.push_back({until, 0});
  ++groups_.back().entries;
}

std::uint64_t RememberedIds::position(std::uint32_t number) const {
  std::size_t behind = number - first_;
  auto run = runs_.begin();
  for (; behind >= run->entries; ++run) behind -= run->entries;
  return position_at(run->number, at(number).counter);
}

void RememberedIds::expire(MonoTime now) {
  while (!groups_.empty() && groups_.front().until < now - group_span) {
    for (std::size_t n = groups_.front().entries; n > 0; --n) forget_oldest();
  }
}

void RememberedIds::forget_oldest() {
  close_gap(slot_of(first_));
  entries_.pop_front();
  ++first_;
  if (--runs_.front().entries == 0) runs_.pop_front();
  if (--groups_.front().entries == 0) groups_.pop_front();
}

std::size_t RememberedIds::slot_of(std::uint32_t number) const {
  std::size_t i = bucket(at(number).hash);
  while (slots_[i] != number) i = (i + 1) & (slots_.size() - 1);
  return i;
}

/// What lies behind a freed slot moves up, if it may lie there.
void RememberedIds::close_gap(std::size_t gap) {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = (gap + 1) & mask; slots_[i] != 0; i = (i + 1) & mask) {
    const std::size_t home = bucket(at(slots_[i]).hash);
    if (((i - home) & mask) < ((i - gap) & mask)) continue;
    slots_[gap] = slots_[i];
    gap = i;
  }
  slots_[gap] = 0;
}

void RememberedIds::grow() {
  slots_.assign(slots_.empty() ? fewest_slots : slots_.size() * 2, 0);
  for (std::size_t i = 0; i < entries_.size(); ++i) place(static_cast<std::uint32_t>(first_ + i));
}

void RememberedIds::place(std::uint32_t number) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = bucket(at(number).hash);
  while (slots_[i] != 0) i = (i + 1) & mask;
  slots_[i] = number;
}

}  // namespace signal_hub::core
