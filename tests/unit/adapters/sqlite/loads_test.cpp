// What the store is asked for: receipts of a sender, positions, ids.
#include <gtest/gtest.h>

#include <chrono>

#include "store_world.hpp"

namespace signal_hub::test {
namespace {

using core::DeliveryOutcome;
using core::LoadRequest;
using core::MessageDone;
using Positions = std::vector<std::uint64_t>;

/// Receipts age by the machine's clock.
WallTime machine_time() {
  using namespace std::chrono;
  return from_epoch_ms(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

core::MessageRow from(const std::string& sender, std::uint64_t position,
                      const std::string& message_id = "id") {
  core::MessageRow row = reliable_message(position, "@(a)");
  row.sender = sender;
  row.message_id = message_id;
  return row;
}

MessageDone done(std::uint64_t position, WallTime at, bool due = true) {
  return {position, DeliveryOutcome::acknowledged, 1, at, at, due};
}

Positions positions(const std::vector<core::StoredMessage>& rows) {
  Positions found;
  for (const core::StoredMessage& row : rows) found.push_back(row.position);
  return found;
}

struct LoadWorld : World {
  Positions receipts(const std::string& sender, std::size_t most, std::uint64_t after = 0) {
    return positions(load({1, LoadRequest::Receipts{sender, most, after}}));
  }
  Positions search(const std::string& id, std::optional<std::string> sender,
                   std::size_t most = 10) {
    return positions(load({1, LoadRequest::Search{id, std::move(sender), most}}));
  }
};

TEST(SqliteLoads, receipts_are_those_the_sender_has_not_heard_of_oldest_first) {
  LoadWorld w;
  w.start();
  const WallTime now = machine_time();
  ASSERT_TRUE(
      w.write({from("@(x)", 1), from("@(x)", 2), from("@(y)", 3), from("@(x)", 4), from("@(x)", 5),
               from("@(x)", 6), done(5, now), done(4, now), done(3, now), done(2, now),
               done(1, now, false), core::MessageDead{6, "expired", now, true}}));
  EXPECT_EQ(w.receipts("@(x)", 10), (Positions{2, 4, 5, 6}));
  EXPECT_EQ(w.receipts("@(x)", 2), (Positions{2, 4}));
  EXPECT_EQ(w.receipts("@(x)", 2, 4), (Positions{5, 6}));
  EXPECT_EQ(w.receipts("@(y)", 10), (Positions{3}));
  ASSERT_TRUE(w.write({core::ReceiptFetched{2}, core::ReceiptFetched{5}}));
  EXPECT_EQ(w.receipts("@(x)", 10), (Positions{4, 6}));
}

TEST(SqliteLoads, receipts_that_are_too_old_are_nobodys_any_more) {
  LoadWorld w;
  w.options.kept.receipt_ttl = 1h;
  w.start();
  const WallTime now = w.batch_time = machine_time();
  ASSERT_TRUE(w.write({from("@(x)", 1), from("@(y)", 2), done(1, now - 2h), done(2, now)}));
  EXPECT_TRUE(w.receipts("@(x)", 10).empty());
  w.restart(now);
  EXPECT_EQ(w.recovered.receipts_due, std::vector<std::string>{"@(y)"});
}

TEST(SqliteLoads, an_id_is_found_wherever_the_message_is) {
  LoadWorld w;
  w.start();
  ASSERT_TRUE(w.write({from("@(x)", 1), from("@(y)", 2), from("@(x)", 3), from("@(x)", 4, "other"),
                       from("@(x)", 5), done(2, start_time),
                       core::MessageDead{3, "expired", start_time, false},
                       core::PublicationRow{6, "news", "@(x)", "id", start_time, 1, 1}}));
  EXPECT_EQ(w.search("id", std::nullopt), (Positions{1, 2, 3, 5, 6}));
  EXPECT_EQ(w.search("id", "@(y)"), (Positions{2}));
  EXPECT_EQ(w.search("id", "@(x)", 2), (Positions{5, 6})) << "the newest";
  EXPECT_TRUE(w.search("none", std::nullopt).empty());
  EXPECT_TRUE(w.search("id", "@(z)").empty());
  EXPECT_EQ(positions(w.load({1, LoadRequest::Range{2, 4}})), (Positions{2, 3, 4}));
}

TEST(SqliteLoads, several_requests_are_each_answered) {
  LoadWorld w;
  w.start();
  ASSERT_TRUE(w.write({from("@(x)", 1), from("@(x)", 2)}));
  for (std::uint64_t id = 1; id <= 20; ++id) {
    w.store->load({id, LoadRequest::Range{1, 2}});
    w.store->load({100 + id, LoadRequest::Search{"id", std::nullopt, 1}});
  }
  ASSERT_TRUE(w.run_until([&] { return w.reports.loads.size() == 40; }));
  std::uint64_t ids = 0;
  for (const core::Loaded& answer : w.reports.loads) {
    ids += answer.id;
    EXPECT_EQ(answer.rows.size(), answer.id > 100 ? 1U : 2U);
  }
  EXPECT_EQ(ids, 20U * 100 + 2 * 210);
}

}  // namespace
}  // namespace signal_hub::test
