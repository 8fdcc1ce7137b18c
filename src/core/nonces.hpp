// Nonces of token refreshes: each is accepted once per actor (PROTOCOL.md §4). Bounded by count
// and age; an evicted nonce could be used again, which the token's own lifetime then limits.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "base/string_map.hpp"
#include "base/time.hpp"

namespace signal_hub::core {

class Nonces {
 public:
  /// False if this actor used the nonce before.
  bool accept(std::string_view actor, std::string_view nonce, MonoTime now);
  void expire(MonoTime now);

 private:
  struct Used {
    std::string key;
    MonoTime until;
  };
  StringSet seen_;
  std::deque<Used> by_age_;
};

}  // namespace signal_hub::core
