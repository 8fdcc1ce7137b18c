// Attempts as they leave, and what is said of them.
#include <algorithm>
#include <utility>

#include "promises.hpp"
#include "wire/delivery_id.hpp"
#include "wire/json_view.hpp"

namespace signal_hub::sim {
namespace {

using wire::JsonView;

std::int64_t number(const std::string& json, std::string_view name) {
  const auto value = JsonView(json).member(name);
  return value ? value->integer().value_or(-1) : -1;
}

}  // namespace

Promises::Parcel* Promises::find(const std::string& delivery_id) {
  const auto position = wire::position_of(delivery_id);
  if (!position) return nullptr;
  const auto found = parcels_.find(*position);
  return found == parcels_.end() ? nullptr : &found->second;
}

void Promises::emitted(const LinkRecord& link, const Request& request, const Message& message,
                       std::uint64_t end) {
  Parcel* found = find(message.metadata_text("deliveryId").value_or(""));
  if (found == nullptr) {
    return around_.book.fail("delivered before its commit: " + message.text + "\n  of " +
                             describe(request));
  }
  Parcel& parcel = *found;
  const unsigned run = around_.book.run;
  const Copy copy{link.link,
                  end,
                  run,
                  static_cast<unsigned>(number(message.metadata, "attempt")),
                  around_.schedule.now(),
                  around_.book.step};
  // A frame that waits for its link leaves, whatever becomes of the message meanwhile.
  const bool late = link.link->backlog_since.value_or(Micros::max()) <= parcel.ended;
  if (!late && !parcel.outcome.empty()) fail("delivered after its end", parcel);
  if (!late && parcel.ended_run == run) fail("delivered after it was answered", parcel);
  if (parcel.ignored_run == run) fail("its ack was not heard", parcel);
  if (parcel.n != request.n || (parcel.topic.empty() && parcel.to != message.to)) {
    fail("under the name of another", parcel);
  }
  if (message.metadata_text("delivery") != "at-least-once") fail("at another level", parcel);
  check_attempt(parcel, copy);
  check_window(parcel, link);
  check_turn(parcel, *link.link);
  tally(parcel, copy);
  parcel.copies.push_back(copy);
  // It may have been on its way when the answer to the one before came.
  const bool in_turn = parcel.answered_at >= around_.book.turn_began;
  parcel.answered = parcel.answered && (link.link->backlog_since || in_turn);
  // What had waited for its link may have been taken back meanwhile.
  if (!link.link->backlog_since) uncounted_.push_back(parcel.position);
}

/// Each one counts, but for those whose bytes did not all leave.
void Promises::check_attempt(const Parcel& parcel, const Copy& copy) {
  const Copy* last = parcel.copies.empty() ? nullptr : &parcel.copies.back();
  const bool first = last == nullptr || last->run != copy.run;
  const unsigned before = !first                           ? last->attempt
                          : parcel.run != around_.book.run ? parcel.attempts_before
                                                           : 0;
  const bool repeated = !first && !last->counted && copy.attempt == before;
  if (repeated) count(Situation::attempt_repeated_after_lost_bytes);
  if (copy.attempt != before + 1 && !repeated) {
    fail("attempt " + std::to_string(copy.attempt) + " after " + std::to_string(before), parcel);
  }
  const unsigned most = around_.plan.hub.max_attempts;
  if (most != 0 && copy.attempt > most) {
    fail("attempt " + std::to_string(copy.attempt) + " of at most " + std::to_string(most), parcel);
  }
}

void Promises::tally(const Parcel& parcel, const Copy& copy) {
  count(Situation::delivery);
  if (parcel.copies.empty()) return;
  count(Situation::redelivery);
  if (parcel.copies.back().run != copy.run) count(Situation::redelivery_after_restart);
}

/// Sent to who certainly holds the address still, and certainly not answered.
bool Promises::certainly_out(const Parcel& parcel) const {
  if (parcel.copies.empty() || parcel.answered || !parcel.outcome.empty()) return false;
  const Copy& copy = parcel.copies.back();
  if (copy.run != around_.book.run || plain_.contains(parcel.to) || !parcel.topic.empty()) {
    return false;
  }
  const Micros whole{1'000};  // the hub counts in milliseconds
  if (copy.at + around_.plan.hub.ack_timeout - whole <= around_.schedule.now()) return false;
  return around_.membership.holder(parcel.to, copy.step, around_.book.step) == copy.link->serial;
}

void Promises::check_window(const Parcel& parcel, const LinkRecord& link) {
  const std::size_t window = around_.plan.hub.ack_window;
  std::size_t out = 0;
  for (const std::uint64_t position : waiting_[parcel.to]) {
    const bool other = position != parcel.position;
    if (other && certainly_out(parcels_.at(position))) ++out;
  }
  const bool acking = parcel.topic.empty() && !plain_.contains(parcel.to);
  if (acking && window != 0 && out >= window) {
    fail(std::to_string(out) + " others are out", parcel);
  }
  if (out + 1 == window) count(Situation::window_full);
  // It may have been attempted earlier; and who has a namesake has two breakers.
  const bool held = link.held.contains(parcel.to);
  if (link.link->backlog_since || !held || has_namesake(parcel.to)) return;
  const std::string what = "for " + parcel.to + ": " + describe(around_.book.request(parcel.n));
  switch (breakers_.attempted(parcel.to, out, what, around_.schedule.now())) {
    case Breakers::Kind::usual: return;
    case Breakers::Kind::probe: return count(Situation::breaker_probed);
    case Breakers::Kind::probe_again: return count(Situation::breaker_probed_again);
  }
}

/// A session may subscribe under an address that another has registered.
bool Promises::has_namesake(const std::string& address) const {
  const auto& links = around_.book.links;
  return std::count_if(links.begin(), links.end(), [&](const auto& entry) {
           const LinkRecord& link = entry.second;
           return link.ended == open_end &&
                  (link.identity == address || link.asked_for.contains(address));
         }) > 1;
}

/// First attempts go by priority and age.
void Promises::check_turn(const Parcel& parcel, const Link& link) {
  const auto by = overtaken_.find(parcel.position);
  if (by != overtaken_.end()) {
    fail("overtaken", parcel);
    fail("by", parcels_.at(by->second));
  }
  if (!parcel.copies.empty() || !parcel.topic.empty()) return;
  bool overtakes = false;
  for (const std::uint64_t position : waiting_[parcel.to]) {
    const Parcel& other = parcels_.at(position);
    if (position == parcel.position || !other.copies.empty() || !other.topic.empty()) continue;
    overtakes = overtakes || (other.priority > parcel.priority && position < parcel.position);
    const Request& request = around_.book.request(other.n);
    const bool settled = request.answered < around_.book.turn_began;
    const bool old = other.since < around_.book.turn_began;
    const bool first = other.priority == parcel.priority
                           ? position < parcel.position
                           : other.priority < parcel.priority && !link.backlog_since;
    if (old && settled && first) overtaken_.emplace(position, parcel.position);
  }
  if (overtakes) count(Situation::priority_overtook);
}

void Promises::turn_ended() {
  std::erase_if(uncounted_, [this](std::uint64_t position) {
    Copy& copy = parcels_.at(position).copies.back();
    // Written before or after: who knows.
    if (moved_.contains(parcels_.at(position).to)) return true;
    copy.counted = copy.link->hub_end && !copy.link->broken && !copy.link->backed_up;
    return copy.counted || !copy.link->hub_end;
  });
  moved_.clear();
  breakers_.turn_ended();
  check_prompt();
}

void Promises::expect_prompt(const Parcel& parcel) {
  const StorePlan& store = around_.plan.store;
  if (store.fail_percent != 0 || !is_undisturbed(parcel)) return;
  const Step now = around_.book.step;
  const Request& request = around_.book.request(parcel.n);
  const auto link = around_.membership.holder(parcel.to, request.began, now);
  if (!link) return;
  const Micros commit = store.commit_max * (store.slow_percent == 0 ? 1 : 20);
  prompt_.push_back({parcel.position, *link, around_.schedule.now() + 2 * commit + Micros{50'000}});
}

/// A target that has failed nothing, and is behind with nothing, waits for nobody.
void Promises::check_prompt() {
  std::erase_if(prompt_, [this](const Prompt& prompt) {
    const Parcel& parcel = parcels_.at(prompt.position);
    const bool there =
        around_.membership.holder(parcel.to, parcel.since, around_.book.step) == prompt.link;
    if (!parcel.copies.empty()) count(Situation::undisturbed_delivery);
    if (!parcel.copies.empty() || !there || !is_undisturbed(parcel)) return true;
    if (prompt.due > around_.schedule.now()) return false;
    fail("not delivered, though nothing is in its way", parcel);
    return true;
  });
}

bool Promises::is_undisturbed(const Parcel& parcel) const {
  const auto link = around_.membership.holder(parcel.to, around_.book.step, around_.book.step);
  if (!link || breakers_.is_open(parcel.to) || parcel.expires) return false;
  if (around_.book.links.at(*link).link->was_backed_up || !parcel.outcome.empty()) return false;
  const auto& positions = waiting_.at(parcel.to);
  // What came later goes before it all the same if it has the better priority.
  return std::all_of(positions.begin(), positions.end(), [&](std::uint64_t position) {
    return position >= parcel.position && parcels_.at(position).priority >= parcel.priority;
  });
}

}  // namespace signal_hub::sim
