#pragma once

#include "options.hpp"
#include "tally.hpp"

namespace hub_bench {

/// A line a second on standard error.
class Progress {
 public:
  Progress(const Options& options, const Tally& tally)
      : quiet_(options.quiet), tally_(tally), began_(now()), next_(began_ + second) {}

  void tick();
  /// The state in the end, if anything was printed.
  void end();

 private:
  void print(Nanos at);

  const bool quiet_;
  const Tally& tally_;
  const Nanos began_;
  Nanos next_;
  Nanos last_ = 0;
  std::uint64_t arrived_ = 0;
};

}  // namespace hub_bench
