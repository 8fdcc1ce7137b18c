// What senders and the log are told of stored messages when the store cannot be read for a while.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/limits.hpp"
#include "stored_world.hpp"

namespace signal_hub::core {
namespace {

/// Large texts leave memory, and whoever is away is not for long.
struct Forgetful : Stored {
  Forgetful() {
    HubSettings settings = Stored::settings();
    settings.persistent = true;
    settings.grace = away;
    hub.reconfigure(settings);
  }
  void send_text(ConnId from, std::size_t bytes) {
    send(from, "\"" + std::string(bytes, 'x') + "\"");
  }
  static constexpr Millis away{60'000};
};

std::string logged_id(const Stored& w) {
  for (const Event& event : w.events) {
    if (event.event != LogEvent::dead_lettered) continue;
    for (const auto& field : event.fields) {
      if (field.name == "messageId") return std::get<std::string>(field.value);
    }
  }
  return "nothing was logged";
}

TEST(Notices, ReceiptsThatCannotBeReadAreToldAsSoonAsTheyCan) {
  Stored w;
  const ConnId a = w.member("@(a)");
  const ConnId b = w.acking("@(b)");
  w.send(a);
  w.hub.closed(a, false, w.at());
  w.ask(b, "@(b)", "hub:ack", R"({"deliveryId":"0-1"})");
  w.commit();
  const ConnId again = w.back("@(a)");
  for (int failures = 0; failures < 3; ++failures) {
    EXPECT_EQ(w.fail_to_read(), 1U);
    EXPECT_EQ(w.fail_to_read(), 0U) << "not before a pause";
    w.pass(limits::load_retry);
  }
  w.read();
  EXPECT_EQ(with_type(w.take(again), "hub:delivery_ack"), 1U);
}

TEST(Notices, ADeadLetterThatIsOnDiskOnlyIsLoggedAndToldOnceItIsRead) {
  Forgetful w;
  const ConnId a = w.member("@(a)");
  const ConnId b = w.acking("@(b)");
  w.hub.closed(b, false, w.at());
  w.send_text(a, limits::mailbox_head_bytes);
  w.take(a);
  w.pass(Forgetful::away);
  EXPECT_EQ(w.fail_to_read(), 1U);
  w.pass(limits::load_retry);
  EXPECT_EQ(w.stats().dead_lettered, 1U);
  EXPECT_EQ(logged_id(w), "nothing was logged");
  w.read();
  EXPECT_EQ(logged_id(w), w.table.dead().begin()->second.message_id);
  EXPECT_EQ(with_type(w.take(a), "hub:error"), 1U);
}

TEST(Notices, SoManyAsCannotBeReadAreAskedForInPortions) {
  Forgetful w;
  const ConnId a = w.member("@(a)");
  const ConnId b = w.acking("@(b)");
  w.hub.closed(b, false, w.at());
  const std::size_t many = limits::loads_asked_again + 10;
  w.send_text(a, limits::mailbox_head_bytes - 500);  // what follows has no room beside it
  for (std::size_t i = 0; i < many; ++i) w.send_text(a, 500);
  w.pass(Forgetful::away);
  w.take(a);
  EXPECT_EQ(w.fail_to_read(), many);
  w.pass(limits::load_retry);
  EXPECT_EQ(w.fail_to_read(), limits::loads_asked_again);
  w.pass(limits::load_retry);
  w.read();
  w.pass(limits::load_retry);
  w.read();
  EXPECT_EQ(with_type(w.take(a), "hub:error"), many);
}

}  // namespace
}  // namespace signal_hub::core
