#include <gtest/gtest.h>

#include <csignal>
#include <sstream>

#include "cli/commands.hpp"
#include "fake_hub.hpp"

namespace signal_hub::cli {
namespace {

using nlohmann::json;
using test::FakeHub;
using test::Line;

class ClientCommands : public testing::Test {
 protected:
  using Arguments = std::vector<std::string>;

  int run(std::string_view command, const Arguments& arguments, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    const int code = find_command(command)->run(arguments, in, out, err);
    out_ = out.str();
    err_ = err.str();
    return code;
  }

  /// Against a hub that welcomes and then does as the script says.
  int run_with(const FakeHub::Script& script, std::string_view command, Arguments arguments,
               const std::string& input = "") {
    FakeHub hub([&script](Line& line) {
      line.welcome();
      script(line);
    });
    arguments.insert(arguments.begin(), {"--url", hub.url()});
    return run(command, arguments, input);
  }

  /// Exit 2, a sentence naming what is wrong, and no hub is asked.
  void refused(std::string_view command, Arguments arguments, const std::string& naming) {
    arguments.insert(arguments.begin(), {"--url", "ws://127.0.0.1:1/ws"});
    EXPECT_EQ(run(command, arguments), 2) << err_;
    EXPECT_NE(err_.find(naming), std::string::npos) << err_;
    EXPECT_EQ(out_, "");
  }

  std::string out_;
  std::string err_;
};

/// Serves one hub:subscribe.
void subscribed(Line& line) {
  const json request = line.receive().value();
  line.answer(request, "hub:subscribed", R"({"topic":)" + request["payload"]["topic"].dump() + "}");
}

TEST_F(ClientCommands, SubscribePrintsOneLineAMessageWhateverItsWhiteSpace) {
  const int code = run_with(
      [](Line& line) {
        subscribed(line);
        line.send("{\"type\":\"t\",\r\n \"payload\":{\n\t\"n\" : 1.10,\n\"s\":\"a \\n b\"}}\n");
        line.send(R"({"type":"t","payload":[1e999,"\ud800"]})");
        line.farewell();
      },
      "subscribe", {"events", "--count", "2"});
  EXPECT_EQ(code, 0) << err_;
  EXPECT_EQ(out_,
            "{\"type\":\"t\",\"payload\":{\"n\":1.10,\"s\":\"a \\n b\"}}\n"
            "{\"type\":\"t\",\"payload\":[1e999,\"\\ud800\"]}\n");
  EXPECT_EQ(err_, "subscribed to events\n");
}

TEST_F(ClientCommands, SubscribePrintsWhatCameBeforeTheLastAnswer) {
  const int code = run_with(
      [](Line& line) {
        subscribed(line);
        line.send(R"({"type":"early"})");
        subscribed(line);
        line.farewell();
      },
      "subscribe", {"one", "two", "--count", "1"});
  EXPECT_EQ(code, 0) << err_;
  EXPECT_EQ(out_, "{\"type\":\"early\"}\n");
  EXPECT_EQ(err_, "subscribed to one\nsubscribed to two\n");
}

/// A terminal whose user has seen enough after the first line.
class Impatient final : public std::stringbuf {
 public:
  explicit Impatient(int signal) : signal_(signal) {}

 private:
  int sync() override {
    raise(signal_);
    return std::stringbuf::sync();
  }
  int signal_;
};

TEST_F(ClientCommands, AnInterruptEndsSubscribeCleanly) {
  for (const int number : {SIGINT, SIGTERM}) {
    bool left_properly = false;
    FakeHub hub([&](Line& line) {
      line.welcome();
      subscribed(line);
      line.send(R"({"type":"t"})");
      line.farewell();
      left_properly = true;
    });
    std::istringstream in;
    Impatient terminal(number);
    std::ostream out(&terminal);
    std::ostringstream err;
    EXPECT_EQ(subscribe_command(Arguments{"--url", hub.url(), "events"}, in, out, err), 0);
    hub.finish();
    EXPECT_TRUE(left_properly);
    EXPECT_EQ(terminal.str(), "{\"type\":\"t\"}\n");
    EXPECT_EQ(err.str(), "subscribed to events\n");
  }
}

TEST_F(ClientCommands, AnInterruptBeforeTheSubscriptionStandsIsCleanToo) {
  bool left_properly = false;
  const int code = run_with(
      [&](Line& line) {
        line.receive();
        raise(SIGINT);
        line.farewell();
        left_properly = true;
      },
      "subscribe", {"events"});
  EXPECT_EQ(code, 0);
  EXPECT_TRUE(left_properly);
  EXPECT_EQ(err_, "");
}

TEST_F(ClientCommands, SubscribeTellsWhyTheHubEndedIt) {
  const int code = run_with(
      [](Line& line) {
        subscribed(line);
        line.send(R"({"type":"hub:disconnect","payload":{"reason":"server_shutdown"}})");
        line.receive();
      },
      "subscribe", {"events"});
  EXPECT_EQ(code, 1);
  EXPECT_NE(err_.find("server_shutdown"), std::string::npos) << err_;
  EXPECT_EQ(out_, "");
}

TEST_F(ClientCommands, SubscribeTellsThatTheConnectionWasLost) {
  EXPECT_EQ(run_with(subscribed, "subscribe", {"events"}), 1);
  EXPECT_NE(err_.find("the connection was lost"), std::string::npos) << err_;
  EXPECT_EQ(err_.find("; ."), std::string::npos) << err_;
}

TEST_F(ClientCommands, ARefusedSubscriptionIsTheHubsSentence) {
  const int code = run_with(
      [](Line& line) {
        line.answer(line.receive().value(), "hub:unauthorized",
                    R"({"message":"Not yours.","resolution":"","retryable":false})");
        line.farewell();
      },
      "subscribe", {"secret"});
  EXPECT_EQ(code, 1);
  EXPECT_EQ(err_, "signal-hub subscribe: hub:unauthorized: Not yours.\n");
}

TEST_F(ClientCommands, AnOutputThatTakesNothingIsAnError) {
  FakeHub hub([](Line& line) {
    line.welcome();
    subscribed(line);
    line.send(R"({"type":"t"})");
    line.receive();
  });
  std::istringstream in;
  std::ostringstream full;
  full.setstate(std::ios::badbit);
  std::ostringstream err;
  EXPECT_EQ(subscribe_command(Arguments{"--url", hub.url(), "events"}, in, full, err), 1);
  EXPECT_NE(err.str().find("cannot write"), std::string::npos) << err.str();
}

TEST_F(ClientCommands, PublishSendsTheDataByteForByteAndPrintsTheAnswer) {
  json request;
  const int code = run_with(
      [&](Line& line) {
        request = line.receive().value();
        line.answer(request, "hub:published", "{ \"topic\": \"t\",\n\"subscriberCount\":3 }");
        line.farewell();
      },
      "publish", {"t", "user:login", "-"}, "{\"n\": 1.10,\n\"big\": 12345678901234567890}");
  EXPECT_EQ(code, 0) << err_;
  EXPECT_EQ(request["type"], "hub:publish");
  EXPECT_EQ(request["payload"]["topic"], "t");
  EXPECT_EQ(request["payload"]["type"], "user:login");
  EXPECT_EQ(request["payload"]["data"]["big"], 12345678901234567890U);
  EXPECT_NE(out_.find(R"("payload":{"topic":"t","subscriberCount":3})"), std::string::npos);
  EXPECT_EQ(std::count(out_.begin(), out_.end(), '\n'), 1);
}

TEST_F(ClientCommands, ANegativeNumberIsDataAndNoOption) {
  for (const Arguments& data : {Arguments{"-5"}, Arguments{"--", "-5"}}) {
    json request;
    Arguments arguments{"t", "x"};
    arguments.insert(arguments.end(), data.begin(), data.end());
    const int code = run_with(
        [&](Line& line) {
          request = line.receive().value();
          line.answer(request, "hub:published", "{}");
          line.farewell();
        },
        "publish", arguments);
    EXPECT_EQ(code, 0) << err_;
    EXPECT_EQ(request["payload"]["data"], -5);
  }
}

TEST_F(ClientCommands, SendIsSilentAboutSuccess) {
  json request;
  const int code = run_with(
      [&](Line& line) {
        request = line.receive().value();
        line.farewell();
      },
      "send", {"team/bob", "x", "null"});
  EXPECT_EQ(code, 0) << err_;
  EXPECT_EQ(out_ + err_, "");
  EXPECT_EQ(request["to"], "@(team/bob)");
  EXPECT_EQ(request["pattern"], "tell");
}

TEST_F(ClientCommands, SendTellsOfTheHubsError) {
  const int code = run_with(
      [](Line& line) {
        line.answer(line.receive().value(), "hub:unauthorized",
                    R"({"message":"You may not send.","resolution":"","retryable":false})");
        line.farewell();
      },
      "send", {"bob", "x", "null"});
  EXPECT_EQ(code, 1);
  EXPECT_NE(err_.find("You may not send."), std::string::npos) << err_;
}

TEST_F(ClientCommands, ActorsPrintsEveryPageByteForByte) {
  std::vector<json> requests;
  const int code = run_with(
      [&](Line& line) {
        requests.push_back(line.receive().value());
        line.answer(requests[0], "hub:discovered",
                    R"({"actors":[{"a": 1e999},{"b":"\ud800"}],"hasMore":true,"cursor":"c\"1"})");
        requests.push_back(line.receive().value());
        line.answer(requests[1], "hub:discovered", R"({"actors":[{"c":1.10}],"hasMore":false})");
        line.farewell();
      },
      "actors", {"x/*"});
  EXPECT_EQ(code, 0) << err_;
  EXPECT_EQ(out_, "{\"a\":1e999}\n{\"b\":\"\\ud800\"}\n{\"c\":1.10}\n");
  EXPECT_EQ(requests[0]["payload"]["pattern"], "x/*");
  EXPECT_FALSE(requests[0]["payload"].contains("cursor"));
  EXPECT_EQ(requests[1]["payload"]["cursor"], "c\"1");
}

TEST_F(ClientCommands, NumbersAreChecked) {
  for (const std::string text : {"-1", "1.5", "0x10", "18446744073709551616", "", "many"}) {
    refused("subscribe", {"--count", text, "events"}, "--count");
  }
  for (const std::string text : {"-1", "nan", "inf", "1e300", "86401", "10s", ""}) {
    refused("subscribe", {"--timeout", text, "events"}, "--timeout");
  }
}

TEST_F(ClientCommands, WhatIsWrongWithTheArgumentsIsNamed) {
  refused("publish", {"t", "x", "{"}, "\"{\" is not valid JSON");
  refused("publish", {"t", "x", "-"}, "standard input is not valid JSON");
  refused("send", {"a", "x"}, "json");
  refused("subscribe", {}, "topic");
  refused("subscribe", {"\xff"}, "UTF-8");
  refused("actors", {"--nonsense"}, "--nonsense");
}

TEST_F(ClientCommands, AUrlThatIsNoneIsAnError) {
  EXPECT_EQ(run("actors", {"--url", "http://127.0.0.1:1"}), 1);
  EXPECT_NE(err_.find("http://127.0.0.1:1"), std::string::npos) << err_;
}

TEST_F(ClientCommands, HelpNamesDefaultsAndLimits) {
  for (const std::string command : {"subscribe", "publish", "send", "actors"}) {
    EXPECT_EQ(run(command, {"--help"}), 0);
    EXPECT_NE(out_.find("ws://127.0.0.1:8787/ws"), std::string::npos) << out_;
    EXPECT_NE(out_.find("10"), std::string::npos) << out_;
  }
}

}  // namespace
}  // namespace signal_hub::cli
