// Databases that earlier releases have left behind, one for each schema (tests/golden). They are
// never made anew: this build must take them as they are.
#include <gtest/gtest.h>

#include <filesystem>

#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/migrations.hpp"
#include "store_world.hpp"

namespace signal_hub::test {
namespace {

/// A world whose database is a copy of that schema's.
void open_golden(World& w, int schema) {
  const std::string name = "/schema_" + std::to_string(schema) + ".db";
  std::filesystem::copy_file(TESTS_FOLDER "/golden" + name, w.options.path);
  std::filesystem::permissions(w.options.path, std::filesystem::perms::owner_write,
                               std::filesystem::perm_options::add);
  w.start();
}

TEST(SqliteGolden, there_is_one_for_each_schema_that_opens) {
  for (const adapters::Migration& migration : adapters::migrations()) {
    World w;
    open_golden(w, migration.number);
    EXPECT_TRUE(w.store != nullptr) << migration.name;
    EXPECT_EQ(w.ask("PRAGMA user_version"), std::to_string(adapters::migrations().size()));
    EXPECT_EQ(w.ask("PRAGMA integrity_check"), "ok");
  }
}

TEST(SqliteGolden, schema_1_comes_back_whole) {
  World w;
  open_golden(w, 1);
  EXPECT_EQ(w.recovered.run, 2U);
  EXPECT_TRUE(w.recovered.clean);
  EXPECT_EQ(w.mac_key.size(), 32U);
  ASSERT_EQ(w.recovered.actors.size(), 3U);
  const core::ActorRow& away = w.recovered.actors[1];
  EXPECT_EQ(away.address, "@(browser/2)");
  EXPECT_EQ(away.status, core::ActorStatus::away);
  EXPECT_EQ(away.version, 8U);
  EXPECT_EQ(away.capabilities, (std::vector<std::string>{"chat", "quo\"te"}));
  EXPECT_EQ(away.offline_since, start_time + 5s);
  EXPECT_EQ(away.ttl, 300s);
  EXPECT_EQ(w.recovered.actors[2].status, core::ActorStatus::dormant);
  ASSERT_EQ(w.recovered.subscriptions.size(), 2U);
  EXPECT_EQ(w.recovered.subscriptions[1].topic, "news");
  EXPECT_TRUE(w.recovered.subscriptions[1].durable);
  ASSERT_EQ(w.found.rows.size(), 2U);
  EXPECT_EQ(w.found.rows[0].position, (std::uint64_t{1} << 32U) + 1);
  EXPECT_TRUE(w.found.rows[0].promised);
  ASSERT_EQ(w.recovered.versions.size(), 2U);
  EXPECT_EQ(w.recovered.versions[0].version, 41U);
  EXPECT_EQ(w.ask("SELECT reason FROM dead_letters"), "actor_expired");
}

}  // namespace
}  // namespace signal_hub::test
