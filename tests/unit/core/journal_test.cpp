#include "core/journal.hpp"

#include <gtest/gtest.h>

#include <string>

namespace signal_hub::core {
namespace {

MonoTime at(std::int64_t ms) { return MonoTime{Millis{ms}}; }

ActorRow row(const std::string& address, std::uint64_t version) {
  ActorRow r{};
  r.address = address;
  r.version = version;
  return r;
}

MessageRow message(std::uint64_t position) {
  MessageRow r{};
  r.position = position;
  return r;
}

template <class Kind>
const Kind& entry(const Batch& batch, std::size_t i) {
  return std::get<Kind>(batch.entries.at(i).entry);
}

TEST(Journal, CoalescesByRow) {
  Journal journal;
  journal.append(row("a", 1), at(1));
  journal.append(SubscriptionRow{"a", "t", "s"}, at(2));
  journal.append(row("a", 2), at(3));
  journal.append(SubscriptionGone{"a", "t"}, at(4));
  EXPECT_EQ(journal.oldest(), at(1));
  const Batch batch = journal.take_batch();
  ASSERT_EQ(batch.entries.size(), 2U);
  EXPECT_EQ(batch.seq, 4U);
  EXPECT_EQ(entry<ActorRow>(batch, 0).version, 2U);
  EXPECT_EQ(batch.entries[0].seq, 3U);
  EXPECT_TRUE(std::holds_alternative<SubscriptionGone>(batch.entries[1].entry));
  EXPECT_TRUE(journal.empty());
}

TEST(Journal, IsAsOldAsWhatIsNotOnDisk) {
  Journal journal;
  journal.append(row("a", 1), at(1));
  const Batch batch = journal.take_batch();
  EXPECT_EQ(journal.waiting_since(), never);
  EXPECT_EQ(journal.oldest(), at(1));
  journal.append(row("b", 1), at(5));
  EXPECT_EQ(journal.waiting_since(), at(5));
  EXPECT_EQ(journal.oldest(), at(1));
  journal.confirm(batch.seq);
  EXPECT_EQ(journal.oldest(), at(5));
}

TEST(Journal, NothingMovesAcrossAnActorsEnd) {
  Journal journal;
  journal.append(SubscriptionRow{"a", "t", "old"}, at(1));
  journal.append(ActorGone{"a", 1, {}}, at(1));
  journal.append(row("a", 2), at(1));
  journal.append(SubscriptionRow{"a", "t", "new"}, at(1));
  const Batch batch = journal.take_batch();
  ASSERT_EQ(batch.entries.size(), 4U);
  EXPECT_TRUE(std::holds_alternative<ActorGone>(batch.entries[1].entry));
  EXPECT_EQ(entry<SubscriptionRow>(batch, 3).public_id, "new");
}

TEST(Journal, ADeadLetterFindsItsMessageWritten) {
  Journal journal;
  journal.append(message(7), at(1));
  journal.append(MessageDead{7, "expired", {}}, at(1));
  EXPECT_EQ(journal.take_batch().entries.size(), 2U);
  journal.append(message(8), at(1));
  journal.append(MessageDone{8, DeliveryOutcome::delivered, 1, {}, {}}, at(1));
  const Batch batch = journal.take_batch();
  ASSERT_EQ(batch.entries.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<MessageRow>(batch.entries[0].entry));
}

TEST(Journal, HurriesForWhatIsNotOnDiskOnly) {
  Journal journal;
  journal.hurry();
  EXPECT_FALSE(journal.urgent());
  journal.append(row("a", 1), at(1));
  EXPECT_FALSE(journal.urgent());
  journal.hurry();
  EXPECT_TRUE(journal.urgent());
  journal.take_batch();
  EXPECT_FALSE(journal.urgent());
}

TEST(Journal, LetsGoOfRowsButNotOfMessagesAboveItsLimit) {
  Journal journal;
  journal.limit(3);
  journal.append(message(1), at(1));
  journal.append(row("a", 1), at(1));
  journal.append(row("b", 1), at(1));
  EXPECT_FALSE(journal.starting_over());
  journal.append(row("c", 1), at(1));
  EXPECT_TRUE(journal.starting_over());
  EXPECT_EQ(journal.backlog(), 1U);
  journal.append(row("d", 1), at(2));
  EXPECT_EQ(journal.backlog(), 1U);
  const std::uint64_t before = journal.last_seq();
  journal.begin_again(at(3));
  for (const char* name : {"a", "b", "c", "d"}) journal.append(row(name, 1), at(3));
  const Batch batch = journal.take_batch();
  ASSERT_EQ(batch.entries.size(), 6U);  // the limit does not cut what starts over
  EXPECT_TRUE(std::holds_alternative<StartOver>(batch.entries[1].entry));
  EXPECT_GT(batch.seq, before);
}

}  // namespace
}  // namespace signal_hub::core
