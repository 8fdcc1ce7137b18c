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

TEST(SqliteGolden, schema_2_keeps_its_messages_where_they_are_and_what_they_say) {
  World w;
  open_golden(w, 2);
  ASSERT_EQ(w.found.rows.size(), 2U);
  const auto first = w.load(texts(1, {w.found.rows[0].position}));
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].tail, R"j("from":"@(x)","type":"t"})j");
  EXPECT_FALSE(first[0].reliable);
  EXPECT_TRUE(first[0].asked) << "it was promised to an ask";
  EXPECT_EQ(first[0].priority, 1);
  EXPECT_FALSE(first[0].stored_at.has_value());
  EXPECT_EQ(w.ask("SELECT reason || last_error || trail FROM dead_letters"), "actor_expired[]");
  EXPECT_EQ(w.ask("SELECT group_concat(name) FROM pragma_table_info('messages') WHERE cid = 17"),
            "message")
      << "last, so that it need not be read";
  EXPECT_EQ(w.ask("SELECT count(*) FROM sqlite_schema WHERE name = 'messages_by_target'"), "0");
  EXPECT_FALSE(w.recovered.actors[0].acks || w.recovered.subscriptions[0].acks);
}

TEST(SqliteGolden, schema_3_comes_back_whole) {
  World w;
  open_golden(w, 3);
  EXPECT_EQ(w.recovered.run, 3U);
  EXPECT_EQ(w.recovered.receipts_due, std::vector<std::string>{"@(sender)"});
  for (const core::SubscriptionRow& row : w.recovered.subscriptions) {
    EXPECT_EQ(row.acks, row.topic == "alerts");
  }
  const std::uint64_t run = std::uint64_t{2} << 32U;
  std::vector<std::uint64_t> waiting;
  std::vector<std::uint64_t> remembered;
  for (const core::RecoveredMessage& row : w.found.rows) {
    (row.waiting ? waiting : remembered).push_back(row.position);
  }
  EXPECT_EQ(waiting, (std::vector<std::uint64_t>{(run >> 1U) + 1, run + 1, run + 4}));
  EXPECT_EQ(remembered, (std::vector<std::uint64_t>{run + 3, run + 5, run + 7}));
  const auto rows = w.load({1, core::LoadRequest::Range{run, run + 10}});
  ASSERT_EQ(rows.size(), 6U);
  EXPECT_EQ(rows[0].attempts, 1U);
  EXPECT_EQ(rows[0].last_error, "no answer");
  EXPECT_EQ(rows[1].place, core::StoredMessage::Place::publication);
  EXPECT_EQ(rows[2].topic, "news");
  EXPECT_EQ(rows[3].outcome, "acknowledged");
  EXPECT_EQ(rows[4].outcome, "delivered");
  EXPECT_EQ(rows[5].reason, "max_attempts");
}

}  // namespace
}  // namespace signal_hub::test
