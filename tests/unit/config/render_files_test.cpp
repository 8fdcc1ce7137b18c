// Files generated from the option table say what the table says.
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "config/load.hpp"
#include "config/options.hpp"
#include "config/render.hpp"
#include "config/values.hpp"

namespace signal_hub::config {
namespace {

bool is_comment(const std::string& line) {
  return line.starts_with("# ") || line.starts_with("##");
}

/// The settings of the default file, taken out of their comments.
std::string uncommented() {
  std::istringstream lines(render_toml());
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#') && !is_comment(line)) out += line.substr(1) + "\n";
  }
  return out;
}

TEST(DefaultFile, HasEverySettingOnceAtItsDefault) {
  const std::string text = uncommented();
  const auto loaded = check_file(text, "hub.toml");
  ASSERT_TRUE(loaded) << loaded.error();
  Settings defaults;
  Settings found = *loaded;
  for (const Option& option : option_table()) {
    const std::string line = "\n" + std::string(option.name) + " = ";
    const std::string all = "\n" + text;
    EXPECT_NE(all.find(line), std::string::npos) << option.name;
    EXPECT_EQ(all.find(line), all.rfind(line)) << option.name;
    EXPECT_EQ(value_text(option, option.bind(found)), value_text(option, option.bind(defaults)))
        << option.name;
  }
}

TEST(DefaultFile, SetsNothing) {
  std::istringstream lines(render_toml());
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.empty() || line.starts_with('#')) << line;
    EXPECT_LE(line.size(), 100U) << line;
  }
}

TEST(DefaultFile, NamesWhatNeedsARestart) {
  const std::string text = render_toml();
  const auto block = [&](const std::string& setting) {
    const std::size_t end = text.find("#" + setting + " =");
    const std::size_t begin = text.rfind("\n\n", end);
    return text.substr(begin, end - begin);
  };
  EXPECT_NE(block("db").find("Needs a restart."), std::string::npos);
  EXPECT_EQ(block("rate-limit").find("Needs a restart."), std::string::npos);
}

TEST(Completion, HasEveryFlagAndWhatFollowsIt) {
  const std::string text = render_completion();
  for (const Option& option : option_table()) {
    const std::string flag = "--" + std::string(option.name);
    EXPECT_NE(text.find("  " + flag + "\n"), std::string::npos) << flag;
    const bool has_value = text.find("[" + flag + "]=") != std::string::npos;
    EXPECT_EQ(has_value, !option.metavar.empty()) << flag;
  }
  EXPECT_NE(text.find("[--durability]='full normal'"), std::string::npos);
  EXPECT_NE(text.find("[--tls-cert]='-'"), std::string::npos);
  EXPECT_NE(text.find("[--rate-limit]=''"), std::string::npos);
}

}  // namespace
}  // namespace signal_hub::config
