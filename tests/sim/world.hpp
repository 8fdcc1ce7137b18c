// The world of one seed: clients, network, store and hub under virtual time, and the oracle.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "client.hpp"
#include "oracle.hpp"
#include "process.hpp"

namespace signal_hub::sim {

struct Outcome {
  std::uint64_t hash = 0;  // of everything that crossed the hub's boundary
  std::string fault;       // empty: all promises were kept
  std::size_t requests = 0;
  std::uint64_t deliveries = 0;
  Tally tally;
};

/// Runs a plan to its end. `trace` may be null.
Outcome run_plan(const Plan& plan, std::ostream* trace);

/// Runs one seed to its end. `trace` may be null.
Outcome run_seed(std::uint64_t seed, std::ostream* trace);

}  // namespace signal_hub::sim
