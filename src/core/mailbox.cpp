#include "core/mailbox.hpp"

#include <algorithm>
#include <utility>

namespace signal_hub::core {

void Mailbox::count_in(const Held& held) {
  bytes_ += held.bytes;
  if (held.tail) bytes_here_ += held.bytes;
  promised_ += held.promised ? 1 : 0;
}

void Mailbox::count_out(const Held& held) {
  bytes_ -= held.bytes;
  if (held.tail) bytes_here_ -= held.bytes;
  promised_ -= held.promised ? 1 : 0;
}

void Mailbox::push(Held held) {
  count_in(held);
  held_.push_back(std::move(held));
}

void Mailbox::put_back(Held held) {
  count_in(held);
  held_.insert(place_of(held.position), std::move(held));
}

Held Mailbox::take_front() {
  Held held = std::move(held_.front());
  held_.pop_front();
  count_out(held);
  return held;
}

Held Mailbox::take_out(std::deque<Held>::iterator at) {
  Held held = std::move(*at);
  held_.erase(at);
  count_out(held);
  return held;
}

std::optional<Held> Mailbox::take_unpromised() {
  if (promised_ == held_.size()) return std::nullopt;
  return take_out(
      std::find_if(held_.begin(), held_.end(), [](const Held& h) { return !h.promised; }));
}

std::deque<Held>::iterator Mailbox::place_of(std::uint64_t position) {
  return std::lower_bound(held_.begin(), held_.end(), position,
                          [](const Held& h, std::uint64_t p) { return h.position < p; });
}

std::optional<Held> Mailbox::take(std::uint64_t position) {
  const auto place = place_of(position);
  if (place == held_.end() || place->position != position) return std::nullopt;
  return take_out(place);
}

Held* Mailbox::at_position(std::uint64_t position) {
  const auto place = place_of(position);
  return place != held_.end() && place->position == position ? &*place : nullptr;
}

void Mailbox::leave_on_disk(Held& held) {
  if (!held.tail) return;
  bytes_here_ -= held.bytes;
  held.tail.reset();
}

void Mailbox::bring(Held& held, SharedBytes tail) {
  if (held.tail) return;
  bytes_ -= held.bytes;
  held.bytes = tail->size();
  bytes_ += held.bytes;
  bytes_here_ += held.bytes;
  held.tail = std::move(tail);
}

}  // namespace signal_hub::core
