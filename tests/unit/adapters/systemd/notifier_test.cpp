#include "adapters/systemd/notifier.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "../../temporary_directory.hpp"
#include "manager.hpp"

namespace signal_hub::adapters {
namespace {

using test::Manager;

ReadVariable only(const std::string& name, const std::string& value) {
  return [name, value](const char* asked) -> std::optional<std::string> {
    if (name == asked) return value;
    return std::nullopt;
  };
}

std::string unused_address() { return "@signal-hub-test-" + std::to_string(getpid()); }

TEST(Notifier, TellsNobodyWithoutAManager) {
  const auto none = Notifier::open([](const char*) { return std::nullopt; });
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->listened_to());
  EXPECT_TRUE(none->ready() && none->alive() && none->stopping(5s));
  EXPECT_FALSE(Notifier::open(only("NOTIFY_SOCKET", ""))->listened_to());
}

TEST(Notifier, SpeaksToASocketInTheFileSystem) {
  const signal_hub::test::TemporaryDirectory directory;
  const Manager manager(directory.path() + "/notify");
  const auto notifier = Notifier::open(manager.variables());
  ASSERT_TRUE(notifier) << notifier.error();
  EXPECT_TRUE(notifier->ready());
  EXPECT_TRUE(notifier->alive());
  EXPECT_TRUE(notifier->stopping(1500ms));
  EXPECT_EQ(manager.heard(), "READY=1");
  EXPECT_EQ(manager.heard(), "WATCHDOG=1");
  EXPECT_EQ(manager.heard(), "STOPPING=1\nEXTEND_TIMEOUT_USEC=1500000");
  EXPECT_EQ(manager.heard(), std::nullopt);
}

TEST(Notifier, SpeaksToAnAbstractSocket) {
  const Manager manager(unused_address());
  const auto notifier = Notifier::open(manager.variables());
  ASSERT_TRUE(notifier) << notifier.error();
  EXPECT_TRUE(notifier->ready());
  EXPECT_EQ(manager.heard(), "READY=1");
}

TEST(Notifier, SaysWhenTheManagerIsGone) {
  const auto notifier = Notifier::open(only("NOTIFY_SOCKET", unused_address()));
  ASSERT_TRUE(notifier);
  EXPECT_FALSE(notifier->ready());
}

TEST(Notifier, DoesNotWaitForAManagerThatDoesNotRead) {
  const Manager manager(unused_address());
  const auto notifier = Notifier::open(manager.variables());
  ASSERT_TRUE(notifier);
  int sent = 0;
  while (notifier->alive()) ASSERT_LT(++sent, 1'000'000);
  while (manager.heard()) --sent;
  EXPECT_EQ(sent, 0);
  EXPECT_TRUE(notifier->alive());
}

TEST(Notifier, RefusesAnAddressItCannotReach) {
  EXPECT_FALSE(Notifier::open(only("NOTIFY_SOCKET", "vsock:2:1234")));
  EXPECT_FALSE(Notifier::open(only("NOTIFY_SOCKET", "relative/path")));
  EXPECT_FALSE(Notifier::open(only("NOTIFY_SOCKET", "/" + std::string(200, 'x'))));
}

TEST(Notifier, ReadsTheWatchdog) {
  Manager manager(unused_address());
  const auto watchdog = [&] { return Notifier::open(manager.variables())->watchdog(); };
  EXPECT_EQ(watchdog(), std::nullopt);
  for (const char* bad : {"", "0", "x", "5s", "-1", "99999999999999999999999"}) {
    manager.environment["WATCHDOG_USEC"] = bad;
    EXPECT_EQ(watchdog(), std::nullopt) << bad;
  }
  manager.environment["WATCHDOG_USEC"] = "30000000";
  EXPECT_EQ(watchdog(), 30s);
  manager.environment["WATCHDOG_USEC"] = "10";
  EXPECT_EQ(watchdog(), 1ms);
}

TEST(Notifier, LeavesAnotherProcessItsWatchdog) {
  Manager manager(unused_address());
  manager.environment["WATCHDOG_USEC"] = "30000000";
  manager.environment["WATCHDOG_PID"] = std::to_string(getpid());
  EXPECT_EQ(Notifier::open(manager.variables())->watchdog(), 30s);
  manager.environment["WATCHDOG_PID"] = std::to_string(getpid() + 1);
  EXPECT_EQ(Notifier::open(manager.variables())->watchdog(), std::nullopt);
  manager.environment["WATCHDOG_PID"] = "nobody";
  EXPECT_EQ(Notifier::open(manager.variables())->watchdog(), std::nullopt);
}

TEST(Notifier, MovesWithItsSocket) {
  const Manager manager(unused_address());
  auto opened = Notifier::open(manager.variables());
  ASSERT_TRUE(opened);
  Notifier notifier;
  notifier = std::move(*opened);
  const Notifier last(std::move(notifier));
  EXPECT_TRUE(last.listened_to() && last.ready());
  EXPECT_EQ(manager.heard(), "READY=1");
}

}  // namespace
}  // namespace signal_hub::adapters
