#include "core/mailbox.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace signal_hub::core {
namespace {

constexpr std::uint8_t usual_priority = 1;

bool before(const Held& a, const Held& b) {
  return std::tie(a.priority, a.position) < std::tie(b.priority, b.position);
}

}  // namespace

void Mailbox::count_in(const Held& held) {
  bytes_ += held.bytes;
  if (held.letter) bytes_here_ += held.bytes;
  promised_ += held.promised ? 1 : 0;
  expiring_ += held.expires == never ? 0 : 1;
  moved_up_ += held.priority == usual_priority ? 0 : 1;
}

void Mailbox::count_out(const Held& held) {
  bytes_ -= held.bytes;
  if (held.letter) bytes_here_ -= held.bytes;
  promised_ -= held.promised ? 1 : 0;
  expiring_ -= held.expires == never ? 0 : 1;
  moved_up_ -= held.priority == usual_priority ? 0 : 1;
}

void Mailbox::put(Held held) {
  count_in(held);
  if (held_.empty() || before(held_.back(), held)) {
    held_.push_back(std::move(held));
  } else {
    held_.insert(std::upper_bound(held_.begin(), held_.end(), held, before), std::move(held));
  }
}

Held Mailbox::take_front() {
  Held held = std::move(held_.front());
  held_.pop_front();
  count_out(held);
  return held;
}

Held Mailbox::take_out(Place at) {
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

std::optional<std::uint64_t> Mailbox::oldest() const {
  if (held_.empty()) return std::nullopt;
  if (moved_up_ == 0) return held_.front().position;
  return std::min_element(held_.begin(), held_.end(),
                          [](const Held& a, const Held& b) { return a.position < b.position; })
      ->position;
}

Mailbox::Place Mailbox::find(std::uint64_t position) {
  const auto is = [position](const Held& h) { return h.position == position; };
  if (!held_.empty() && is(held_.back())) return held_.end() - 1;  // its commit has just come
  if (moved_up_ != 0) return std::find_if(held_.begin(), held_.end(), is);
  const auto at = std::lower_bound(held_.begin(), held_.end(), position,
                                   [](const Held& h, std::uint64_t p) { return h.position < p; });
  return at != held_.end() && is(*at) ? at : held_.end();
}

std::optional<Held> Mailbox::take(std::uint64_t position) {
  const Place at = find(position);
  if (at == held_.end()) return std::nullopt;
  return take_out(at);
}

Held* Mailbox::at_position(std::uint64_t position) {
  const Place at = find(position);
  return at != held_.end() ? &*at : nullptr;
}

void Mailbox::leave_on_disk(Held& held) {
  if (!held.letter) return;
  bytes_here_ -= held.bytes;
  held.letter.reset();
}

void Mailbox::bring(Held& held, std::unique_ptr<Letter> letter) {
  if (held.letter) return;
  bytes_ -= held.bytes;
  held.bytes = static_cast<std::uint32_t>(letter->tail->size());
  bytes_ += held.bytes;
  bytes_here_ += held.bytes;
  held.letter = std::move(letter);
}

}  // namespace signal_hub::core
