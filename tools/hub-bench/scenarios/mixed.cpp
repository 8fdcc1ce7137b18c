#include "scenarios/mixed.hpp"

#include <algorithm>

namespace hub_bench {

Mixed::Place Mixed::place_of(std::size_t sender) const {
  std::size_t part = 0;
  while (sender >= parts_[part]->senders()) sender -= parts_[part++]->senders();
  return {*parts_[part], sender};
}

std::size_t Mixed::senders() const {
  std::size_t out = 0;
  for (const auto& part : parts_) out += part->senders();
  return out;
}

bool Mixed::has_room(std::size_t sender) const {
  const Place place = place_of(sender);
  return place.part.has_room(place.sender);
}

bool Mixed::open(std::size_t sender) const {
  const Place place = place_of(sender);
  return place.part.open(place.sender);
}

void Mixed::send(std::size_t sender, Nanos intended) {
  const Place place = place_of(sender);
  place.part.send(place.sender, intended);
}

void Mixed::prepare() {
  for (const auto& part : parts_) part->prepare();
}

void Mixed::every_turn() {
  for (const auto& part : parts_) part->every_turn();
}

void Mixed::finish() {
  for (const auto& part : parts_) part->finish();
}

void Mixed::close_books() {
  for (const auto& part : parts_) part->close_books();
}

bool Mixed::ready() const {
  return std::all_of(parts_.begin(), parts_.end(), [](const auto& part) { return part->ready(); });
}

bool Mixed::settled() const {
  return std::all_of(parts_.begin(), parts_.end(),
                     [](const auto& part) { return part->settled(); });
}

bool Mixed::finished() const {
  return std::all_of(parts_.begin(), parts_.end(),
                     [](const auto& part) { return part->finished(); });
}

}  // namespace hub_bench
