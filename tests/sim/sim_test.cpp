// Promises of the hub under simulated faults: kept seeds first, then a few hundred others, and that
// the simulation itself can be believed.
#include <gtest/gtest.h>

#include <cstdint>

#include "kept_seeds.hpp"
#include "world.hpp"

namespace signal_hub::sim {
namespace {

// Sanitizers make everything many times slower.
#ifdef __SANITIZE_ADDRESS__
constexpr std::uint64_t share = 10;
#else
constexpr std::uint64_t share = 1;
#endif
constexpr std::uint64_t fresh_from = 1;
constexpr std::uint64_t fresh_to = 400 / share;
constexpr std::uint64_t repeated = 40 / share;
constexpr std::uint64_t spoilt = 100 / share;

Tally expect_kept(std::uint64_t seed) {
  const Outcome outcome = run_seed(seed, nullptr);
  EXPECT_TRUE(outcome.fault.empty())
      << "seed " << seed << " (sim --trace " << seed << "): " << outcome.fault;
  return outcome.tally;
}

class KeptSeeds : public testing::TestWithParam<KeptSeed> {};

TEST_P(KeptSeeds, AllPromisesHold) { expect_kept(GetParam().seed); }

INSTANTIATE_TEST_SUITE_P(Sim, KeptSeeds, testing::ValuesIn(kept_seeds), [](const auto& kept) {
  return std::string(kept.param.symptom) + "_" + std::to_string(kept.param.seed);
});

TEST(Sim, FreshSeedsHold) {
  Tally tally;
  for (std::uint64_t seed = fresh_from; seed <= fresh_to; ++seed) tally.add(expect_kept(seed));
  if (share != 1) return;  // too few to have come everywhere
  for (std::size_t i = 0; i < situation_count; ++i) {
    const auto situation = static_cast<Situation>(i);
    EXPECT_NE(tally.of(situation), 0U) << "it never came to this: " << name(situation);
  }
}

TEST(Sim, OneSeedGivesOneTrace) {
  for (std::uint64_t seed = 1; seed <= repeated; ++seed) {
    const Outcome first = run_seed(seed, nullptr);
    const Outcome second = run_seed(seed, nullptr);
    EXPECT_EQ(first.hash, second.hash) << "seed " << seed;
    EXPECT_NE(first.hash, run_seed(seed + 1, nullptr).hash) << "seed " << seed;
  }
}

/// In how many worlds a fault of the surroundings is noticed.
template <class Spoil>
std::size_t noticed(Spoil&& spoil) {
  std::size_t faults = 0;
  for (std::uint64_t seed = 1; seed <= spoilt; ++seed) {
    Plan plan = make_plan(seed);
    spoil(plan);
    faults += run_plan(plan, nullptr).fault.empty() ? 0 : 1;
  }
  return faults;
}

TEST(Sim, NoticesADiskThatForgetsCommits) {
  EXPECT_GT(noticed([](Plan& plan) { plan.store.forget_percent = 20; }), 0U);
}

TEST(Sim, NoticesDeliveriesThatDoNotLeave) {
  EXPECT_GT(noticed([](Plan& plan) { plan.network.swallow_percent = 5; }), 0U);
}

}  // namespace
}  // namespace signal_hub::sim
