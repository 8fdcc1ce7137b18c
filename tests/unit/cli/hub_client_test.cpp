#include "cli/hub_client.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "fake_hub.hpp"
#include "temporary_directory.hpp"

namespace signal_hub::cli {
namespace {

using test::FakeHub;
using test::Line;

std::unique_ptr<HubClient> client_of(const std::string& url, Millis timeout = 10s) {
  auto client = HubClient::open({url, "", "", timeout});
  if (!client) throw std::runtime_error(client.error());
  return std::move(*client);
}

std::string header_line(const std::string& request, const std::string& name) {
  const std::size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const std::size_t from = at + name.size() + 4;
  return request.substr(from, request.find('\r', from) - from);
}

TEST(HubClient, TheUpgradeNamesTheHostWithItsPortAndNoOrigin) {
  std::string request;
  FakeHub hub([&](Line& line) { request = line.upgrade(); });
  const auto client = WsClient::connect(hub.url() + "?x=1", deadline_in(10s));
  ASSERT_TRUE(client.ok()) << client.error();
  hub.finish();
  EXPECT_TRUE(request.starts_with("GET /ws?x=1 HTTP/1.1\r\n")) << request;
  EXPECT_EQ(header_line(request, "Host"), "127.0.0.1:" + std::to_string(hub.port()));
  EXPECT_EQ(header_line(request, "Origin"), "");
  EXPECT_EQ(request.find("Origin"), std::string::npos);
  EXPECT_EQ(header_line(request, "Sec-WebSocket-Protocol"), "signal-hub.v1.json");
}

TEST(HubClient, AUnixSocketIsReached) {
  const signal_hub::test::TemporaryDirectory files;
  std::string request;
  FakeHub hub([&](Line& line) { request = line.upgrade(); }, files.path() + "/hub");
  const auto client = WsClient::connect("unix:" + files.path() + "/hub", deadline_in(10s));
  ASSERT_TRUE(client.ok()) << client.error();
  hub.finish();
  EXPECT_TRUE(request.starts_with("GET /ws HTTP/1.1\r\n")) << request;
  EXPECT_EQ(header_line(request, "Host"), "localhost");
}

TEST(HubClient, WhereNobodyListensItSaysSo) {
  std::string url;
  {
    const FakeHub gone([](Line&) {});
    url = gone.url();
  }
  const auto client = WsClient::connect(url, deadline_in(10s));
  ASSERT_FALSE(client.ok());
  EXPECT_NE(client.error().find("cannot connect to " + url), std::string::npos) << client.error();
}

TEST(HubClient, ARefusedUpgradeIsAnError) {
  FakeHub hub([](Line& line) {
    line.refuse("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  const auto client = WsClient::connect(hub.url(), deadline_in(10s));
  ASSERT_FALSE(client.ok());
}

TEST(HubClient, AHubThatAcceptsAndIsSilentIsWaitedForNoLongerThanAsked) {
  FakeHub hub([](Line& line) { line.wait_gone(); });
  const auto client = WsClient::connect(hub.url(), deadline_in(50ms));
  ASSERT_FALSE(client.ok());
  EXPECT_NE(client.error().find("no answer"), std::string::npos) << client.error();
}

TEST(HubClient, ConnectSaysWhoAndWithWhat) {
  const signal_hub::test::TemporaryDirectory files;
  nlohmann::json connect;
  nlohmann::json next;
  FakeHub hub([&](Line& line) {
    line.upgrade();
    connect = line.receive().value();
    line.answer(connect, "hub:connected", "{}", R"~({"actorIdentity":"@(by/token)"})~");
    next = line.receive().value();
  });
  {
    const auto client =
        HubClient::open({hub.url(), files.write("token", "a.b.c\n"), "somebody", 10s});
    ASSERT_TRUE(client.ok()) << client.error();
    EXPECT_EQ((*client)->hub_address(), "@(the/hub)");
    EXPECT_TRUE((*client)->tell("app:x", "@(a)", "1.10"));
  }
  hub.finish();
  EXPECT_EQ(connect["type"], "hub:connect");
  EXPECT_EQ(connect["from"], "@(somebody)");
  EXPECT_EQ(connect["pattern"], "ask");
  EXPECT_EQ(connect["metadata"]["authToken"], "bearer a.b.c");
  EXPECT_EQ(connect["metadata"]["capabilities"], nlohmann::json({"cli"}));
  EXPECT_EQ(next["from"], "@(by/token)");
  EXPECT_EQ(next["pattern"], "tell");
}

TEST(HubClient, AUserNameThatAnAddressCannotCarryIsMadeToFit) {
  const char* before = std::getenv("USER");
  const std::string kept = before == nullptr ? "" : before;
  setenv("USER", "do(main)\\u\xc3\xbcser*", 1);
  nlohmann::json connect;
  FakeHub hub([&](Line& line) {
    line.upgrade();
    connect = line.receive().value();
    line.answer(connect, "hub:connected", "{}");
  });
  client_of(hub.url());
  hub.finish();
  EXPECT_TRUE(connect["from"].get<std::string>().starts_with("@(cli/do-main--u--ser--"))
      << connect["from"];
  before == nullptr ? unsetenv("USER") : setenv("USER", kept.c_str(), 1);
}

TEST(HubClient, ARefusedConnectIsTheHubsSentence) {
  FakeHub hub([](Line& line) {
    line.upgrade();
    line.answer(line.receive().value(), "hub:unauthorized",
                R"({"message":"No token.","resolution":"Bring one.","retryable":false})");
  });
  const auto client = HubClient::open({hub.url(), "", "", 10s});
  ASSERT_FALSE(client.ok());
  EXPECT_EQ(client.error(), "hub:unauthorized: No token. Bring one.");
}

TEST(HubClient, AMissingTokenFileIsNamedBeforeAnythingIsSent) {
  const auto client = HubClient::open({"ws://127.0.0.1:1", "/nonexistent/token", "", 10s});
  ASSERT_FALSE(client.ok());
  EXPECT_NE(client.error().find("/nonexistent/token"), std::string::npos);
}

TEST(HubClient, OtherMessagesAreKeptInOrderWhileAnAnswerIsAwaited) {
  FakeHub hub([](Line& line) {
    line.welcome();
    const auto request = line.receive().value();
    line.send(R"({"type":"one"})");
    line.send("no JSON at all");
    line.answer(request, "done", R"({"n":1e999})");
    line.send(R"({"type":"three"})");
    line.receive();
  });
  const auto client = client_of(hub.url());
  const auto answer = client->ask("hub:x", "@(the/hub)", "null");
  ASSERT_TRUE(answer.ok()) << answer.error();
  EXPECT_EQ(answer->payload().raw(), R"({"n":1e999})");
  EXPECT_EQ(client->next()->field("type"), "one");
  EXPECT_EQ(client->next()->text(), "no JSON at all");
  EXPECT_EQ(client->next()->field("type"), "three");
}

TEST(HubClient, AFragmentedMessageIsOne) {
  FakeHub hub([](Line& line) {
    line.welcome();
    line.send("{\"type\":\"large\",\"payload\":\"" + std::string(500'000, 'x') + "\"}");
    line.receive();
  });
  const auto message = client_of(hub.url())->next();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->field("type"), "large");
}

TEST(HubClient, ATimeoutIsForTheWholeWaitHoweverManyOtherMessagesCome) {
  FakeHub hub([](Line& line) {
    line.welcome();
    line.receive();
    for (;;) line.send(R"({"type":"chatter"})");  // until the client has gone
  });
  auto client = client_of(hub.url(), 300ms);
  const auto answer = client->ask("hub:x", "@(the/hub)", "null");
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error(), "hub:x was not answered in time");
  client.reset();
}

TEST(HubClient, TheEndOfTheConnectionEndsTheWaitAndIsExplained) {
  FakeHub hub([](Line& line) {
    line.welcome();
    line.receive();
    line.close_with(1008, "policy");
    line.receive();
  });
  const auto answer = client_of(hub.url())->ask("hub:x", "@(the/hub)", "null");
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error(), "the connection ended: closed with code 1008 (policy)");
}

TEST(HubClient, ALostConnectionEndsTheWaitToo) {
  FakeHub hub([](Line& line) {
    line.welcome();
    line.receive();
  });
  const auto client = client_of(hub.url());
  EXPECT_FALSE(client->ask("hub:x", "@(the/hub)", "null").ok());
  EXPECT_FALSE(client->tell("hub:x", "@(the/hub)", "null"));
  EXPECT_FALSE(client->next());
}

TEST(HubClient, LeavingWaitsForTheHubsAcknowledgement) {
  bool closed_after_acknowledgement = false;
  FakeHub hub([&](Line& line) {
    line.welcome();
    line.farewell();
    closed_after_acknowledgement = true;
  });
  const auto client = client_of(hub.url());
  EXPECT_FALSE(client->leave());
  EXPECT_TRUE(client->socket().ended());
  hub.finish();
  EXPECT_TRUE(closed_after_acknowledgement);
}

TEST(HubClient, LeavingTellsOfAnErrorAboutWhatWasTold) {
  FakeHub hub([](Line& line) {
    line.welcome();
    line.answer(line.receive().value(), "hub:rate_limited",
                R"({"message":"Slow down.","resolution":"","retryable":true})");
    line.farewell();
  });
  const auto client = client_of(hub.url());
  EXPECT_TRUE(client->tell("hub:send", "@(a)", "{}"));
  EXPECT_EQ(client->leave(), "hub:rate_limited: Slow down.");
}

TEST(HubClient, AnInterruptEndsAWaitButNotTheLeaving) {
  bool left_properly = false;
  FakeHub hub([&](Line& line) {
    line.welcome();
    line.receive();
    raise(SIGINT);  // while the client waits for its answer
    line.farewell();
    left_properly = true;
  });
  const auto client = client_of(hub.url());
  client->socket().handle_interrupts();
  const auto answer = client->ask("hub:x", "@(the/hub)", "null");
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error(), "hub:x was interrupted");
  EXPECT_TRUE(client->socket().interrupted());
  client->leave();
  EXPECT_TRUE(client->socket().ended());
  hub.finish();
  EXPECT_TRUE(left_properly);
}

TEST(HubClient, ASecondInterruptEndsTheLeavingToo) {
  FakeHub hub([](Line& line) {
    line.welcome();
    line.receive();  // signals are handled from here on
    raise(SIGTERM);
    line.receive();  // hub:disconnect, never answered
    raise(SIGTERM);
    line.receive();
  });
  const auto client = client_of(hub.url(), 0ms);
  client->socket().handle_interrupts();
  client->tell("app:ready", "@(the/hub)", "null");
  EXPECT_FALSE(client->next());
  client->leave();
  EXPECT_FALSE(client->socket().ended());
}

TEST(HubClient, AfterwardsSignalsHaveTheirFormerEffect) {
  FakeHub hub([](Line& line) {
    line.welcome();
    line.receive();
  });
  // Not the default everywhere: a shell starts background jobs with SIGINT ignored.
  const auto effects = [] {
    std::vector<void (*)(int)> handlers;
    for (const int number : {SIGINT, SIGTERM}) {
      struct sigaction action {};
      sigaction(number, nullptr, &action);
      handlers.push_back(action.sa_handler);
    }
    return handlers;
  };
  const auto before = effects();
  auto client = client_of(hub.url());
  client->socket().handle_interrupts();
  EXPECT_NE(effects(), before);
  client.reset();
  EXPECT_EQ(effects(), before);
}

}  // namespace
}  // namespace signal_hub::cli
