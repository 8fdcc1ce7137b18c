// Admission: who may connect, by counts and rates (PROTOCOL.md §6).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/settings.hpp"
#include "base/string_map.hpp"
#include "base/time.hpp"
#include "core/effects.hpp"
#include "core/rate_limit.hpp"
#include "core/stats.hpp"

namespace signal_hub::core {

class Gate {
 public:
  /// Counts the attempt; an admitted one holds a place until release(). An empty ip (unix socket)
  /// has no limit of its own.
  Admission admit(std::string_view ip, const HubSettings& settings, Now now,
                  std::vector<Event>& events);

  void release(std::string_view ip);

  /// One that was not even asked for here.
  void refused_elsewhere(RefusalReason reason, Now now, std::vector<Event>& events) {
    refuse(reason, now.mono, events);
  }

  /// Nobody is admitted from now on.
  void close() { draining_ = true; }
  bool draining() const { return draining_; }

  std::size_t connections() const { return held_; }
  std::uint32_t attempts_this_minute(MonoTime now) const { return minute_.count(now); }
  std::uint64_t refused(RefusalReason reason) const {
    return refused_[static_cast<std::size_t>(reason)];
  }

 private:
  Admission judge(std::string_view ip, const HubSettings& settings, MonoTime now);
  void watch_rates(const HubSettings& settings, MonoTime now, std::vector<Event>& events);
  void refuse(RefusalReason reason, MonoTime now, std::vector<Event>& events);

  StringMap<std::uint32_t> per_ip_;
  std::size_t held_ = 0;
  bool draining_ = false;
  TokenBucket accepts_;
  AlarmWindow minute_{60'000ms};
  AlarmWindow second_{1'000ms};
  AlarmWindow refusals_{1'000ms};
  std::uint64_t refused_since_told_ = 0;
  std::array<std::uint64_t, static_cast<std::size_t>(RefusalReason::count_)> refused_{};
};

}  // namespace signal_hub::core
