#include "core/admission.hpp"

#include <optional>

namespace signal_hub::core {
namespace {

using Verdict = Admission::Verdict;

// When places, not rates, are short nobody knows when one comes free: a moment that spreads a herd.
constexpr Millis retry_when_full{5'000};

RefusalReason reason_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::too_many_from_ip: return RefusalReason::per_ip;
    case Verdict::too_fast: return RefusalReason::rate;
    case Verdict::draining: return RefusalReason::draining;
    default: return RefusalReason::full;
  }
}

std::int64_t as_field(std::uint64_t n) { return static_cast<std::int64_t>(n); }

}  // namespace

Admission Gate::admit(std::string_view ip, const HubSettings& settings, Now now,
                      std::vector<Event>& events) {
  watch_rates(settings, now.mono, events);
  const Admission verdict = judge(ip, settings, now.mono);
  if (!verdict.ok()) {
    refuse(reason_of(verdict.verdict), now.mono, events);
    return verdict;
  }
  ++held_;
  if (!ip.empty()) ++per_ip_.try_emplace(std::string(ip), 0).first->second;
  return verdict;
}

Admission Gate::judge(std::string_view ip, const HubSettings& settings, MonoTime now) {
  if (draining_) return {Verdict::draining, retry_when_full};
  if (settings.max_connections != 0 && held_ >= settings.max_connections) {
    return {Verdict::full, retry_when_full};
  }
  if (settings.max_connections_per_ip != 0 && !ip.empty()) {
    const auto held = per_ip_.find(ip);
    if (held != per_ip_.end() && held->second >= settings.max_connections_per_ip) {
      return {Verdict::too_many_from_ip, retry_when_full};
    }
  }
  const auto wait = accepts_.take(1, settings.accept_rate, settings.accept_rate, now);
  if (wait) return {Verdict::too_fast, *wait};
  return {};
}

void Gate::watch_rates(const HubSettings& settings, MonoTime now, std::vector<Event>& events) {
  if (second_.add(settings.herd_threshold, now)) {
    events.push_back({LogEvent::thundering_herd_detected,
                      {{"windowSeconds", std::int64_t{1}},
                       {"threshold", as_field(settings.herd_threshold)},
                       {"connections", as_field(held_)}}});
  }
  if (minute_.add(settings.high_connection_rate, now)) {
    events.push_back({LogEvent::high_connection_rate,
                      {{"windowSeconds", std::int64_t{60}},
                       {"threshold", as_field(settings.high_connection_rate)},
                       {"connections", as_field(held_)}}});
  }
}

void Gate::refuse(RefusalReason reason, MonoTime now, std::vector<Event>& events) {
  ++refused_[static_cast<std::size_t>(reason)];
  ++refused_since_told_;
  // One line a second at most, with the count: a flood must not flood the log.
  if (!refusals_.add(0, now) && refusals_.count(now) > 1) return;
  events.push_back(
      {LogEvent::connection_refused,
       {{"reason", std::string(name(reason))}, {"count", as_field(refused_since_told_)}}});
  refused_since_told_ = 0;
}

void Gate::release(std::string_view ip) {
  if (held_ > 0) --held_;
  const auto held = per_ip_.find(ip);
  if (held != per_ip_.end() && --held->second == 0) per_ip_.erase(held);
}

}  // namespace signal_hub::core
