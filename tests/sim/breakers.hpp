// The circuit breakers of targets, as the log tells of them: while one is open nothing is attempted
// but one probe now and then, and what a return calls for.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/settings.hpp"
#include "book.hpp"
#include "schedule.hpp"

namespace signal_hub::sim {

class Breakers {
 public:
  Breakers(const HubSettings& settings, Book& book) : settings_(settings), book_(book) {}

  /// Logged at the end of a turn.
  void changed(const std::string& address, bool opened, Micros at);
  /// The target has come back, in this turn.
  void returned(const std::string& address);

  enum class Kind : std::uint8_t { usual, probe, probe_again };
  /// An attempt leaves for the target, of which `out` others are certainly undecided.
  Kind attempted(const std::string& address, std::size_t out, const std::string& what, Micros at);

  bool is_open(const std::string& address) const { return open_.contains(address); }

  void turn_ended();
  void reset();

 private:
  struct Open {
    Micros last;  // when it opened, or was last probed
    bool returned = false;
    bool probed = false;
  };
  struct Suspicion {
    std::string address;
    std::string what;
  };
  const HubSettings& settings_;
  Book& book_;
  std::map<std::string, Open> open_;
  std::set<std::string> changed_;  // in this turn: what left in it may have left before or after
  std::vector<Suspicion> suspicions_;
};

}  // namespace signal_hub::sim
