#pragma once

#include <cstdint>
#include <set>

namespace hub_bench {

/// One stream of messages numbered 0, 1, 2, … as its receiver sees it: says of every one whether it
/// is the one to come, and knows in the end which never came.
class Sequence {
 public:
  enum class Verdict {
    next,     ///< the one to come
    ahead,    ///< others that should have come first are still out
    late,     ///< one of those: it was overtaken
    doubled,  ///< it has come before
    foreign,  ///< nobody has sent it
  };

  /// `sent`: how many were sent so far.
  Verdict take(std::uint64_t number, std::uint64_t sent);

  /// How many of the `sent` have not come.
  [[nodiscard]] std::uint64_t missing(std::uint64_t sent) const {
    return sent - next_ + holes_.size();
  }

 private:
  std::uint64_t next_ = 0;
  std::set<std::uint64_t> holes_;  // below next_ and not seen
};

}  // namespace hub_bench
