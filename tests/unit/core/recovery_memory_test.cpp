// A recovered state takes no more memory than the same state built live.
#include <gtest/gtest.h>
#include <malloc.h>

#include <memory>
#include <string>

#include "world.hpp"

namespace signal_hub::core {
namespace {

constexpr std::size_t sessions = 20;
constexpr std::size_t actors_each = 100;
constexpr std::size_t topics_each = 2;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool heap_can_be_measured = false;  // its allocator tells nothing here
#else
constexpr bool heap_can_be_measured = true;
#endif

std::size_t heap_bytes() { return mallinfo2().uordblks; }

std::string address(std::size_t session, std::size_t i) {
  return "@(service/" + std::to_string(session) + "/worker-" + std::to_string(i) + ")";
}

void populate(World& w, std::size_t session) {
  const ConnId conn = w.connect(address(session, 0));
  for (std::size_t i = 0; i < actors_each; ++i) {
    const std::string me = address(session, i);
    w.ask(conn, me, "hub:register", World::registration(me));
    for (std::size_t t = 0; t < topics_each; ++t) {
      w.ask(conn, me, "hub:subscribe",
            "{\"topic\":\"topic/" + std::to_string(i % 10) + "/" + std::to_string(t) + "\"}");
    }
  }
  w.hub.closed(conn, false, w.now());
}

/// What a store would have of these changes.
Recovered stored(const Batch& batch) {
  Recovered r;
  r.run = 2;
  std::map<std::string, ActorRow> actors;
  for (const Batch::Entry& e : batch.entries) {
    if (const auto* row = std::get_if<ActorRow>(&e.entry)) actors[row->address] = *row;
    if (const auto* row = std::get_if<SubscriptionRow>(&e.entry)) r.subscriptions.push_back(*row);
  }
  for (auto& [name, row] : actors) r.actors.push_back(std::move(row));
  return r;
}

TEST(Recovery, MemoryIsThatOfTheStateBuiltLive) {
  if (!heap_can_be_measured) GTEST_SKIP() << "not with this sanitizer";
  HubSettings settings = World::defaults();
  settings.grace = 1h;
  settings.journal_limit = 0;
  settings.dedupe_memory = 1;  // retries are remembered live only
  const std::size_t before_live = heap_bytes();
  auto live = std::make_unique<World>(settings);
  for (std::size_t s = 0; s < sessions; ++s) populate(*live, s);
  live->flush();
  live->streams.clear();
  live->events = {};
  const std::size_t with_batch = heap_bytes();
  auto recovered = std::make_unique<Recovered>(stored(live->hub.take_batch(live->now())));
  const std::size_t live_bytes = with_batch - before_live;
  ASSERT_EQ(live->stats().actors_away, sessions * actors_each);
  live.reset();

  const std::size_t before = heap_bytes();
  World again(settings);
  Restored done = again.hub.restore(*recovered, again.now());
  again.hub.finish_restore(done, again.now());
  const std::size_t restored_bytes = heap_bytes() - before;
  EXPECT_EQ(done.actors, sessions * actors_each);
  EXPECT_EQ(done.subscriptions, sessions * actors_each * topics_each);
  EXPECT_LT(static_cast<double>(restored_bytes), 1.1 * static_cast<double>(live_bytes));
}

}  // namespace
}  // namespace signal_hub::core
