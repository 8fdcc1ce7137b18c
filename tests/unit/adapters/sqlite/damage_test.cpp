// A large file is searched for damage while the hub serves already.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "adapters/sqlite/inspect.hpp"
#include "adapters/sqlite/integrity.hpp"
#include "store_world.hpp"

namespace signal_hub::test {
namespace {

/// A database with free pages, its hub gone, and the list of them overwritten: a start reads and
/// writes without it.
void make_damaged(World& w) {
  w.start();
  core::MessageRow large = message(1, "@(a)");
  large.tail.append(100'000, ' ');
  ASSERT_TRUE(w.write({large}));
  ASSERT_TRUE(w.write({finished(1)}));
  w.stop();
  std::fstream file(w.options.path, std::ios::in | std::ios::out | std::ios::binary);
  constexpr std::streamoff first_free_page = 32;  // in the file's header, big-endian
  file.seekg(first_free_page);
  std::array<char, 4> number{};
  file.read(number.data(), number.size());
  std::streamoff page = 0;
  for (const char byte : number) page = page * 256 + static_cast<unsigned char>(byte);
  ASSERT_GT(page, 0);
  file.seekp(4096 * (page - 1));
  file << std::string(4096, '\x5a');
}

TEST(SqliteDamage, in_a_small_file_refuses_the_start) {
  World w;
  make_damaged(w);
  EXPECT_FALSE(adapters::inspect(w.options.path).ok());
}

TEST(SqliteDamage, in_a_large_file_is_told_while_the_hub_serves) {
  World w;
  w.options.checked_before_start = 0;
  make_damaged(w);
  w.start();
  ASSERT_TRUE(w.run_until([&] { return !w.reports.damages.empty(); }));
  EXPECT_EQ(w.reports.damages.size(), 1U);
  EXPECT_NE(w.reports.damages[0], "");
}

TEST(SqliteDamage, that_is_none_is_not_told_and_a_search_stops_with_the_store) {
  World w;
  w.options.checked_before_start = 0;
  w.start();
  ASSERT_TRUE(w.write({actor("@(a)")}));
  w.restart();
  w.stop();
  EXPECT_TRUE(w.reports.damages.empty());
  EXPECT_FALSE(adapters::damage_in(w.options.path, false).has_value());
}

TEST(SqliteDamage, is_looked_for_before_a_large_file_is_migrated) {
  World w;
  std::filesystem::copy_file(TESTS_FOLDER "/golden/schema_2.db", w.options.path);
  EXPECT_TRUE(adapters::inspect(w.options.path, 0)->checked);
  w.options.checked_before_start = 0;
  std::filesystem::permissions(w.options.path, std::filesystem::perms::owner_write,
                               std::filesystem::perm_options::add);
  w.start();
  w.stop();
  EXPECT_FALSE(adapters::inspect(w.options.path, 0)->checked);
  EXPECT_TRUE(adapters::inspect(w.options.path)->checked);
}

}  // namespace
}  // namespace signal_hub::test
