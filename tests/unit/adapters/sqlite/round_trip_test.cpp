// Every kind of entry through close and reopen.
#include <gtest/gtest.h>

#include "store_world.hpp"

namespace signal_hub::test {
namespace {

using core::ActorGone;
using core::SubscriptionGone;
using core::SubscriptionRow;

TEST(SqliteRoundTrip, an_empty_database_starts_run_one_clean) {
  World w;
  w.start();
  EXPECT_EQ(w.recovered.run, 1U);
  EXPECT_TRUE(w.recovered.clean);
  EXPECT_TRUE(w.recovered.actors.empty());
  EXPECT_EQ(w.mac_key.size(), 32U);
}

TEST(SqliteRoundTrip, an_actor_comes_back_with_every_field) {
  World w;
  w.start();
  ASSERT_TRUE(w.write({actor("@(a)", 41)}));
  w.restart();
  ASSERT_EQ(w.recovered.actors.size(), 1U);
  const core::ActorRow& row = w.recovered.actors[0];
  const core::ActorRow wanted = actor("@(a)", 41);
  EXPECT_EQ(row.address, wanted.address);
  EXPECT_EQ(row.capabilities, wanted.capabilities);
  EXPECT_EQ(row.metadata, wanted.metadata);
  EXPECT_EQ(row.identity, wanted.identity);
  EXPECT_EQ(row.connected_as, wanted.connected_as);
  EXPECT_EQ(row.connection_id, wanted.connection_id);
  EXPECT_EQ(row.status, wanted.status);
  EXPECT_EQ(row.offline_since, wanted.offline_since);
  EXPECT_EQ(row.registered_at, wanted.registered_at);
  EXPECT_EQ(row.expires_at, wanted.expires_at);
  EXPECT_EQ(row.ttl, wanted.ttl);
  EXPECT_EQ(row.version, wanted.version);
  EXPECT_EQ(row.registration, wanted.registration);
  EXPECT_EQ(row.token_counter, wanted.token_counter);
  EXPECT_EQ(row.renew_on_heartbeat, wanted.renew_on_heartbeat);
  EXPECT_EQ(row.crashes, wanted.crashes);
}

TEST(SqliteRoundTrip, each_status_comes_back_and_online_has_no_offline_since) {
  World w;
  w.start();
  core::ActorRow online = actor("@(a)");
  online.status = core::ActorStatus::online;
  online.offline_since.reset();
  online.capabilities.clear();
  core::ActorRow dormant = actor("@(b)");
  dormant.status = core::ActorStatus::dormant;
  ASSERT_TRUE(w.write({online, dormant}));
  w.restart();
  ASSERT_EQ(w.recovered.actors.size(), 2U);
  EXPECT_EQ(w.recovered.actors[0].status, core::ActorStatus::online);
  EXPECT_FALSE(w.recovered.actors[0].offline_since.has_value());
  EXPECT_TRUE(w.recovered.actors[0].capabilities.empty());
  EXPECT_EQ(w.recovered.actors[1].status, core::ActorStatus::dormant);
}

TEST(SqliteRoundTrip, subscriptions_come_back_until_they_are_given_up) {
  World w;
  w.start();
  ASSERT_TRUE(w.write({actor("@(a)"), SubscriptionRow{"@(a)", "t", "s-1", true},
                       SubscriptionRow{"@(a)", "u", "s-2", false},
                       SubscriptionRow{"@(a)", "u", "s-3", false}, SubscriptionGone{"@(a)", "t"}}));
  w.restart();
  ASSERT_EQ(w.recovered.subscriptions.size(), 1U);
  const SubscriptionRow& row = w.recovered.subscriptions[0];
  EXPECT_EQ(row.address + row.topic + row.public_id, "@(a)us-3");
  EXPECT_FALSE(row.durable);
}

TEST(SqliteRoundTrip, a_removed_actor_leaves_its_version_for_a_day) {
  World w;
  w.start();
  ASSERT_TRUE(w.write({actor("@(a)", 5), SubscriptionRow{"@(a)", "t", "s", true}}));
  ASSERT_TRUE(w.write({ActorGone{"@(a)", 9, start_time, 4}}));
  w.restart(start_time + 23h);
  EXPECT_TRUE(w.recovered.actors.empty());
  EXPECT_EQ(w.ask("SELECT count(*) FROM subscriptions"), "0");
  ASSERT_EQ(w.recovered.versions.size(), 1U);
  EXPECT_EQ(w.recovered.versions[0].address, "@(a)");
  EXPECT_EQ(w.recovered.versions[0].version, 9U);
  EXPECT_EQ(w.recovered.versions[0].until, start_time + 24h);
  EXPECT_EQ(w.recovered.versions[0].crashes, 4U);
  w.restart(start_time + 24h);
  EXPECT_TRUE(w.recovered.versions.empty());
}

TEST(SqliteRoundTrip, gone_then_registered_again_keeps_the_order_of_the_batch) {
  World w;
  w.start();
  ASSERT_TRUE(w.write({actor("@(a)", 5), SubscriptionRow{"@(a)", "old", "s", false}}));
  ASSERT_TRUE(w.write({ActorGone{"@(a)", 6, start_time}, actor("@(a)", 7),
                       SubscriptionRow{"@(a)", "new", "s", false}}));
  w.restart();
  ASSERT_EQ(w.recovered.actors.size(), 1U);
  EXPECT_EQ(w.recovered.actors[0].version, 7U);
  ASSERT_EQ(w.recovered.subscriptions.size(), 1U);
  EXPECT_EQ(w.recovered.subscriptions[0].topic, "new");
  EXPECT_TRUE(w.recovered.versions.empty());
}

TEST(SqliteRoundTrip, retired_versions_go_while_the_hub_runs) {
  World w;
  w.start();
  ASSERT_TRUE(w.write({ActorGone{"@(a)", 1, start_time}}));
  ASSERT_TRUE(w.write({ActorGone{"@(b)", 1, start_time + 25h}}));
  EXPECT_EQ(w.ask("SELECT group_concat(address) FROM retired_versions"), "@(b)");
}

TEST(SqliteRoundTrip, starting_over_keeps_messages_and_versions) {
  World w;
  w.start();
  ASSERT_TRUE(w.write({actor("@(a)"), SubscriptionRow{"@(a)", "t", "s", false}, message(1, "@(a)"),
                       message(2, "@(a)"), core::MessageDead{2, "r", start_time},
                       ActorGone{"@(z)", 3, start_time}}));
  ASSERT_TRUE(w.write({core::StartOver{}, actor("@(b)")}));
  w.restart();
  ASSERT_EQ(w.recovered.actors.size(), 1U);
  EXPECT_EQ(w.recovered.actors[0].address, "@(b)");
  EXPECT_TRUE(w.recovered.subscriptions.empty());
  EXPECT_EQ(w.found.rows.size(), 1U);
  EXPECT_EQ(w.recovered.versions.size(), 1U);
  EXPECT_EQ(w.ask("SELECT count(*) FROM dead_letters"), "1");
}

TEST(SqliteRoundTrip, waiting_messages_come_back_by_position_and_load_their_text) {
  World w;
  w.start();
  const std::uint64_t second_run = (std::uint64_t{2} << 32U) + 1;
  core::MessageRow plain = message(7, "@(b)", R"("payload":"ü"})");
  plain.expires_at.reset();
  plain.promised = false;
  ASSERT_TRUE(w.write({message(second_run, "@(a)"), plain, message(8, "@(a)"), finished(8)}));
  w.restart();
  ASSERT_EQ(w.found.rows.size(), 2U);
  const auto& first = w.found.rows[0];
  EXPECT_EQ(first.position, 7U);
  EXPECT_EQ(first.target, "@(b)");
  EXPECT_EQ(first.message_id, "m-7");
  EXPECT_EQ(first.bytes, plain.tail.size());
  EXPECT_FALSE(first.expires_at.has_value());
  EXPECT_FALSE(first.promised);
  EXPECT_EQ(first.tail, plain.tail);
  EXPECT_EQ(w.ask("SELECT count(*) FROM messages WHERE NOT promised"), "0");  // at most once
  EXPECT_EQ(w.found.rows[1].tail, "");
  EXPECT_EQ(w.found.rows[1].position, second_run);
  EXPECT_EQ(w.found.rows[1].expires_at, start_time + 60s);
  EXPECT_TRUE(w.found.rows[1].promised);

  w.store->load(texts(5, {second_run, 999, 7}));
  w.store->load(texts(6, {}));
  ASSERT_TRUE(w.run_until([&] { return w.reports.loads.size() == 2; }));
  const core::Loaded& answer = w.reports.loads[0];
  EXPECT_EQ(answer.id, 5U);
  EXPECT_FALSE(answer.failed);
  ASSERT_EQ(answer.rows.size(), 1U);
  EXPECT_EQ(answer.rows[0].position, second_run);
  EXPECT_EQ(answer.rows[0].tail, message(second_run, "@(a)").tail);
  EXPECT_TRUE(w.reports.loads[1].rows.empty());
}

TEST(SqliteRoundTrip, a_dead_message_is_a_dead_letter) {
  World w;
  w.start();
  ASSERT_TRUE(w.write({message(3, "@(a)"), core::MessageDead{3, "expired", start_time + 1s}}));
  w.restart();
  EXPECT_TRUE(w.found.rows.empty());
  EXPECT_EQ(w.ask("SELECT reason || dead_at FROM v_dead_letters"),
            "expired2023-11-14T22:13:21.000Z");
}

TEST(SqliteRoundTrip, runs_rise_and_only_a_last_batch_stops_clean) {
  World w;
  w.start();
  ASSERT_TRUE(w.write({actor("@(a)")}));
  w.restart();
  EXPECT_EQ(w.recovered.run, 2U);
  EXPECT_FALSE(w.recovered.clean);
  EXPECT_EQ(w.recovered.crashes, 1U);
  core::Batch last = w.batch({actor("@(b)")});
  last.last = true;
  w.store->submit(std::move(last));
  ASSERT_TRUE(w.written());
  w.restart();
  EXPECT_EQ(w.recovered.run, 3U);
  EXPECT_TRUE(w.recovered.clean);
  EXPECT_EQ(w.recovered.crashes, 1U);
  w.restart();
  EXPECT_FALSE(w.recovered.clean);
  EXPECT_EQ(w.recovered.crashes, 2U);
}

TEST(SqliteRoundTrip, the_key_of_renewal_tokens_stays_and_is_in_no_view) {
  World w;
  w.start();
  const std::string key = w.mac_key;
  w.restart();
  EXPECT_EQ(w.mac_key, key);
  EXPECT_EQ(
      w.ask("SELECT count(*) FROM sqlite_schema WHERE type = 'view' AND sql LIKE '%secrets%'"),
      "0");
}

TEST(SqliteRoundTrip, figures_count_commits_and_rows) {
  World w;
  w.start();
  ASSERT_TRUE(w.write({actor("@(a)"), actor("@(b)")}));
  ASSERT_TRUE(w.write({actor("@(c)")}));
  const app::StoreFigures& figures = w.store->figures();
  EXPECT_TRUE(figures.persistent);
  EXPECT_EQ(figures.commits, 2U);
  EXPECT_EQ(figures.rows_written, 3U);
  EXPECT_EQ(figures.commit_durations.count(), 2U);
  EXPECT_GT(figures.wal_bytes, 0U);
}

TEST(SqliteRoundTrip, one_batch_is_in_flight_until_it_is_durable) {
  World w;
  w.start();
  EXPECT_TRUE(w.store->ready());
  w.submit({actor("@(a)")});
  EXPECT_FALSE(w.store->ready());
  ASSERT_TRUE(w.written());
  EXPECT_TRUE(w.store->ready());
}

TEST(SqliteRoundTrip, closing_waits_for_the_batch_that_is_being_written) {
  World w;
  w.start();
  w.submit({actor("@(a)")});
  w.restart();
  EXPECT_EQ(w.recovered.actors.size(), 1U);
}

}  // namespace
}  // namespace signal_hub::test
