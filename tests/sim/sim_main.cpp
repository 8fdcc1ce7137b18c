// sim --seeds FROM..TO: runs them all and prints what failed. sim --trace SEED: prints one run.
#include <chrono>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <string>
#include <string_view>

#include "world.hpp"

namespace {

using namespace signal_hub::sim;

int usage() {
  std::cerr << "usage: sim --seeds FROM..TO | --trace SEED\n";
  return 2;
}

int trace(std::uint64_t seed) {
  const Outcome outcome = run_seed(seed, &std::cout);
  std::cout << "seed " << seed << ": hash " << std::hex << outcome.hash << std::dec << ", "
            << (outcome.fault.empty() ? "all promises kept" : outcome.fault) << "\n";
  return outcome.fault.empty() ? 0 : 1;
}

void print(const Tally& tally) {
  for (std::size_t i = 0; i < situation_count; ++i) {
    const auto situation = static_cast<Situation>(i);
    std::cout << std::setw(10) << tally.of(situation) << "  " << name(situation) << "\n";
  }
}

int hunt(std::uint64_t from, std::uint64_t to) {
  const auto began = std::chrono::steady_clock::now();
  std::size_t failed = 0;
  std::size_t requests = 0;
  std::uint64_t deliveries = 0;
  Tally tally;
  for (std::uint64_t seed = from; seed <= to; ++seed) {
    const Outcome outcome = run_seed(seed, nullptr);
    requests += outcome.requests;
    deliveries += outcome.deliveries;
    tally.add(outcome.tally);
    if (outcome.fault.empty()) continue;
    ++failed;
    std::cout << "seed " << seed << ": " << outcome.fault << std::endl;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::cout << to - from + 1 << " seeds, " << failed << " failed; " << requests << " requests, "
            << deliveries << " deliveries, "
            << static_cast<double>(to - from + 1) / took.count() * 60 << " seeds a minute\n";
  print(tally);
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return usage();
  const std::string_view option = argv[1];
  const std::string value = argv[2];
  if (option == "--trace") return trace(std::strtoull(value.c_str(), nullptr, 10));
  const std::size_t dots = value.find("..");
  if (option != "--seeds" || dots == std::string::npos) return usage();
  return hunt(std::strtoull(value.c_str(), nullptr, 10),
              std::strtoull(value.c_str() + dots + 2, nullptr, 10));
}
