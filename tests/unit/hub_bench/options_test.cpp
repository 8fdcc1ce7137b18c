#include "options.hpp"

#include <gtest/gtest.h>

namespace hub_bench {
namespace {

TEST(BenchOptions, DefaultsAreThoseOfTheTable) {
  const std::vector<std::string_view> arguments{"ask"};
  Options options;
  std::string fault;
  ASSERT_TRUE(parse(arguments, options, fault));
  EXPECT_EQ(options.scenario, "ask");
  EXPECT_EQ(options.connections, 100U);
  EXPECT_EQ(options.size, 200U);
  EXPECT_EQ(options.duration, 5 * second);
}

TEST(BenchOptions, ValuesHaveUnitsAndTheLastOneCounts) {
  const std::vector<std::string_view> arguments{"--size", "2KiB", "p2p",       "--duration=1500ms",
                                                "--rate", "1",    "--rate=20", "--json"};
  Options options;
  std::string fault;
  ASSERT_TRUE(parse(arguments, options, fault)) << fault;
  EXPECT_EQ(options.size, 2048U);
  EXPECT_EQ(options.duration, 3 * second / 2);
  EXPECT_EQ(options.rate, 20U);
  EXPECT_TRUE(options.json);
}

TEST(BenchOptions, EveryDefaultFitsItsOwnFlag) {
  for (const Flag& flag : flag_table()) {
    Options options;
    EXPECT_TRUE(flag.metavar.empty() || flag.set(options, flag.fallback)) << flag.name;
  }
}

TEST(BenchOptions, HelpAndManPageNameEveryFlagAndScenario) {
  for (const Flag& flag : flag_table()) {
    EXPECT_NE(render_help().find("--" + std::string(flag.name)), std::string::npos);
    EXPECT_NE(render_mdoc("bench-options").find(".It Fl -" + std::string(flag.name)),
              std::string::npos);
  }
  for (const ScenarioText& scenario : scenario_table()) {
    EXPECT_NE(render_mdoc("bench-scenarios").find(".It Cm " + std::string(scenario.name)),
              std::string::npos);
  }
}

}  // namespace
}  // namespace hub_bench
