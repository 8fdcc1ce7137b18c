#include "adapters/sqlite/migrate.hpp"

#include <SQLiteCpp/Exception.h>
#include <gtest/gtest.h>

#include <array>

#include "adapters/sqlite/database.hpp"
#include "store_world.hpp"

namespace signal_hub::test {
namespace {

using adapters::Migration;

constexpr std::array two{
    Migration{1, "0001_one", "CREATE TABLE one (x)"},
    Migration{2, "0002_two", "CREATE TABLE two (x)"},
};
constexpr std::array bad{
    Migration{1, "0001_one", "CREATE TABLE one (x)"},
    Migration{2, "0002_bad", "CREATE TABLE two (x); no such statement"},
};

struct Fresh {
  TemporaryDirectory folder;
  SQLite::Database db{folder.path() + "/m.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  std::int64_t tables() {
    return db.execAndGet("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").getInt64();
  }
};

TEST(SqliteMigrate, all_run_once_in_order_and_mark_the_file) {
  Fresh f;
  EXPECT_EQ(adapters::migrate(f.db, two), 0);
  EXPECT_EQ(adapters::pragma_number(f.db, "user_version"), 2);
  EXPECT_EQ(adapters::pragma_number(f.db, "application_id"), adapters::hub_application_id);
  EXPECT_EQ(adapters::migrate(f.db, two), 2);
  EXPECT_EQ(f.tables(), 2);
}

TEST(SqliteMigrate, only_what_is_lacking_runs) {
  Fresh f;
  adapters::migrate(f.db, std::span(two).first(1));
  ASSERT_EQ(adapters::pending(two, 1).size(), 1U);
  EXPECT_EQ(adapters::pending(two, 1)[0].name, "0002_two");
  EXPECT_EQ(adapters::migrate(f.db, two), 1);
  EXPECT_EQ(f.tables(), 2);
  EXPECT_TRUE(adapters::pending(two, 2).empty());
}

TEST(SqliteMigrate, one_that_fails_leaves_the_schema_before_it) {
  Fresh f;
  EXPECT_THROW(adapters::migrate(f.db, bad), SQLite::Exception);
  EXPECT_EQ(adapters::pragma_number(f.db, "user_version"), 1);
  EXPECT_EQ(f.tables(), 1);
  EXPECT_EQ(adapters::migrate(f.db, two), 1);
}

TEST(SqliteMigrate, the_embedded_ones_are_numbered_without_a_gap) {
  int expected = 0;
  for (const Migration& migration : adapters::migrations()) {
    EXPECT_EQ(migration.number, ++expected);
    EXPECT_FALSE(migration.sql.empty());
  }
  EXPECT_GE(expected, 1);
}

}  // namespace
}  // namespace signal_hub::test
