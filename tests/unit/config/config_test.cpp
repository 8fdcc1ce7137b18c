// The option table, values, the file and their merge.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/file.hpp"
#include "config/load.hpp"
#include "config/options.hpp"
#include "config/render.hpp"
#include "config/validate.hpp"
#include "config/values.hpp"

namespace signal_hub::config {
namespace {

struct Inputs {
  std::vector<std::string> flags;
  std::map<std::string, std::string> environment;
  std::map<std::string, std::string> files;

  Result<Loaded> load() const {
    return config::load({flags,
                         [this](const std::string& name) -> std::optional<std::string> {
                           const auto found = environment.find(name);
                           if (found == environment.end()) return std::nullopt;
                           return found->second;
                         },
                         [this](const std::string& path) -> Result<std::string> {
                           const auto found = files.find(path);
                           if (found == files.end()) return fail("cannot read " + path);
                           return found->second;
                         }});
  }
  std::string error() const {
    const auto loaded = load();
    return loaded ? std::string() : loaded.error();
  }
};

TEST(Options, DefaultsOfTheTableAreThoseOfSettings) {
  std::set<std::string_view> names;
  for (const Option& option : option_table()) {
    EXPECT_TRUE(names.insert(option.name).second) << option.name;
    EXPECT_TRUE(option.help.ends_with('.')) << option.name;
    // What is printed as the default is accepted and changes nothing.
    Settings settings;
    const std::string text = default_text(option);
    if (text.empty() || text == "off") continue;
    EXPECT_EQ(set_value(option, option.bind(settings), {text}), std::nullopt) << option.name;
    EXPECT_EQ(value_text(option, option.bind(settings)), text) << option.name;
  }
}

TEST(Load, OfAFlagGivenTwiceTheLastCountsAndAListKeepsBoth) {
  const Inputs in{{"--rate-limit", "0", "--rate-limit", "7", "--listen", "127.0.0.1:1", "--listen",
                   "127.0.0.1:2"},
                  {},
                  {}};
  const auto loaded = in.load();
  ASSERT_TRUE(loaded) << in.error();
  EXPECT_EQ(loaded->settings.hub.rate_limit, 7U);
  EXPECT_EQ(loaded->settings.server.listen.size(), 2U);
}

TEST(Options, PublishedDefaults) {
  const Settings s;
  EXPECT_EQ(s.hub.max_message_size, 1'048'576U);
  EXPECT_EQ(s.hub.rate_limit, 10U);
  EXPECT_EQ(s.hub.rate_burst, 100U);
  EXPECT_EQ(s.hub.idle_timeout, 60s);
  EXPECT_EQ(s.hub.fanout_slice, 100U);
  EXPECT_EQ(s.hub.broadcast_limit, 10'000U);
  EXPECT_EQ(s.hub.max_queue_bytes, 8U << 20U);
  EXPECT_EQ(s.server.listen, std::vector<std::string>{"127.0.0.1:8787"});
  EXPECT_EQ(environment_name(*find_option("max-connections-per-ip")),
            "SIGNAL_HUB_MAX_CONNECTIONS_PER_IP");
}

TEST(Values, Durations) {
  EXPECT_EQ(parse_duration_ms("250ms"), 250U);
  EXPECT_EQ(parse_duration_ms("30s"), 30'000U);
  EXPECT_EQ(parse_duration_ms("5m"), 300'000U);
  EXPECT_EQ(parse_duration_ms("2h"), 7'200'000U);
  EXPECT_EQ(parse_duration_ms("0"), 0U);
  for (const char* text : {"", "5", "-1s", "1.5s", "1 s", "1d", "s", "99999999999999999999h"}) {
    EXPECT_FALSE(parse_duration_ms(text)) << text;
  }
}

TEST(Values, Sizes) {
  EXPECT_EQ(parse_size("4096"), 4096U);
  EXPECT_EQ(parse_size("64KiB"), 65'536U);
  EXPECT_EQ(parse_size("8MiB"), 8U << 20U);
  EXPECT_EQ(parse_size("1GiB"), 1U << 30U);
  for (const char* text : {"", "x", "1KB", "1 MiB", "99999999999GiB"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

TEST(Load, FlagBeatsEnvironmentBeatsFileBeatsDefault) {
  Inputs in;
  in.files["f"] =
      "rate-burst = 2\nidle-timeout = \"90s\"\nlisten = [\"127.0.0.1:1\", \"[::1]:2\"]\n";
  in.flags = {"--config", "f"};
  EXPECT_EQ(in.load()->settings.hub.rate_burst, 2U);
  EXPECT_EQ(in.load()->settings.hub.idle_timeout, 90s);
  EXPECT_EQ(in.load()->settings.server.listen.size(), 2U);
  EXPECT_EQ(in.load()->settings.hub.rate_limit, 10U);
  in.environment["SIGNAL_HUB_RATE_BURST"] = "3";
  in.environment["SIGNAL_HUB_LISTEN"] = "127.0.0.1:3,127.0.0.1:4,127.0.0.1:5";
  EXPECT_EQ(in.load()->settings.hub.rate_burst, 3U);
  EXPECT_EQ(in.load()->settings.server.listen.size(), 3U);
  in.flags.insert(in.flags.end(), {"--rate-burst=4", "--listen", "127.0.0.1:6"});
  EXPECT_EQ(in.load()->settings.hub.rate_burst, 4U);
  EXPECT_EQ(in.load()->settings.server.listen, std::vector<std::string>{"127.0.0.1:6"});
}

TEST(Load, TheFileMayBeNamedByTheEnvironment) {
  Inputs in;
  in.files["f"] = "insecure = true\n";
  in.environment["SIGNAL_HUB_CONFIG"] = "f";
  EXPECT_TRUE(in.load()->settings.server.insecure);
  EXPECT_EQ(in.load()->config_path, "f");
}

TEST(Load, Wishes) {
  EXPECT_EQ(Inputs{{"--help"}}.load()->wish, Loaded::Wish::help);
  EXPECT_EQ(Inputs{{"--version"}}.load()->wish, Loaded::Wish::version);
  EXPECT_EQ(Inputs{}.load()->wish, Loaded::Wish::serve);
}

TEST(Load, WhatIsWrongIsNamedWithItsPlace) {
  const auto contains = [](const std::string& text, std::initializer_list<const char*> words) {
    for (const char* word : words) EXPECT_NE(text.find(word), std::string::npos) << text;
  };
  contains(Inputs{{"--rate-limt", "5"}}.error(), {"--rate-limt", "did you mean --rate-limit"});
  contains(Inputs{{"--rate-limit", "x"}}.error(), {"flag --rate-limit", "\"x\"", "whole number"});
  contains(Inputs{{"--rate-limit"}}.error(), {"--rate-limit"});
  contains(Inputs{{}, {{"SIGNAL_HUB_GRACE", "soon"}}}.error(),
           {"environment SIGNAL_HUB_GRACE", "soon", "duration"});
  contains(Inputs{{"--config", "f"}, {}, {{"f", "\n\nlog-level = \"loud\""}}}.error(),
           {"f:3", "log-level", "loud", "debug|info|warn|error"});
  contains(Inputs{{"--config", "f"}, {}, {{"f", "rate-limit = [1]"}}}.error(), {"f:1"});
  contains(Inputs{{"--config", "f"}, {}, {{"f", "= 5"}}}.error(), {"f:1"});
  contains(Inputs{{"--config", "none"}}.error(), {"none"});
}

TEST(Validate, WhatMustFitTogether) {
  const auto complaint = [](auto change) {
    Settings settings;
    change(settings);
    return validate(settings).value_or("");
  };
  EXPECT_EQ(complaint([](Settings&) {}), "");
  EXPECT_NE(complaint([](Settings& s) { s.server.listen = {"0.0.0.0:1"}; }), "");
  EXPECT_EQ(complaint([](Settings& s) {
              s.server.listen = {"0.0.0.0:1"};
              s.server.insecure = true;
            }),
            "");
  EXPECT_EQ(complaint([](Settings& s) {
              s.server.listen = {"0.0.0.0:1"};
              s.server.jwt_secret_file = "f";
            }),
            "");
  EXPECT_NE(complaint([](Settings& s) { s.server.tls_key = "k"; }), "");
  EXPECT_NE(complaint([](Settings& s) { s.server.compression = true; }), "");
  EXPECT_NE(complaint([](Settings& s) { s.hub.hub_address = "@(a*)"; }), "");
  EXPECT_NE(complaint([](Settings& s) { s.hub.resume_threshold = 1001; }), "");
  EXPECT_NE(complaint([](Settings& s) { s.hub.actor_ttl = 2h; }), "");
  EXPECT_NE(complaint([](Settings& s) { s.hub.ping_interval = 60s; }), "");
  EXPECT_NE(complaint([](Settings& s) { s.hub.max_queue_bytes = 1000; }), "");
  EXPECT_NE(complaint([](Settings& s) { s.server.trusted_proxy = {"x"}; }), "");
}

TEST(Render, EveryOptionIsInEveryList) {
  const std::string help = render_help();
  const std::string markdown = render_markdown();
  const std::string mdoc = render_mdoc();
  for (const Option& option : option_table()) {
    const std::string name = "--" + std::string(option.name);
    EXPECT_NE(help.find("  " + name + (option.metavar.empty() ? "" : " ")), std::string::npos);
    EXPECT_NE(markdown.find("| `" + name + "` |"), std::string::npos);
    EXPECT_NE(mdoc.find(".It Fl -" + std::string(option.name)), std::string::npos);
  }
}

}  // namespace
}  // namespace signal_hub::config
