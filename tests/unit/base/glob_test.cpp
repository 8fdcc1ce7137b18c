#include "base/glob.hpp"

#include <gtest/gtest.h>

#include <string>

namespace signal_hub {
namespace {

TEST(Glob, StarIsAnyRunOfCharacters) {
  EXPECT_TRUE(glob_match("*", ""));
  EXPECT_TRUE(glob_match("*", "anything/at all"));
  EXPECT_TRUE(glob_match("a*c", "ac"));
  EXPECT_TRUE(glob_match("a*c", "abcbc"));
  EXPECT_TRUE(glob_match("*b*", "abc"));
  EXPECT_FALSE(glob_match("a*c", "abcd"));
  EXPECT_FALSE(glob_match("*b*d", "abc"));
}

TEST(Glob, EverythingElseStandsForItself) {
  EXPECT_TRUE(glob_match("a.b?[c]", "a.b?[c]"));
  EXPECT_FALSE(glob_match("a.b", "axb"));
  EXPECT_FALSE(glob_match("", "a"));
  EXPECT_TRUE(glob_match("", ""));
}

TEST(Glob, ManyStarsDoNotExplode) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "a*";
  EXPECT_FALSE(glob_match(pattern + "b", std::string(5000, 'a')));
}

}  // namespace
}  // namespace signal_hub
