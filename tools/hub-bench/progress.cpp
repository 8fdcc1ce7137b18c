#include "progress.hpp"

#include <cstdio>

namespace hub_bench {

void Progress::tick() {
  if (quiet_) return;
  const Nanos at = now();
  if (at >= next_) print(at);
}

void Progress::end() {
  if (last_ != 0) print(now());
}

void Progress::print(Nanos at) {
  const Nanos since = last_ == 0 ? began_ : last_;
  const double rate = static_cast<double>(tally_.arrived_count() - arrived_) * second /
                      static_cast<double>(at - since);
  std::fprintf(stderr, "%6.1f s  sent %llu, arrived %llu, %.0f/s%s\n",
               static_cast<double>(at - began_) / second,
               static_cast<unsigned long long>(tally_.sent_count()),
               static_cast<unsigned long long>(tally_.arrived_count()), rate,
               tally_.clean() ? "" : ", with faults");
  arrived_ = tally_.arrived_count();
  last_ = at;
  next_ = at + second;
}

}  // namespace hub_bench
