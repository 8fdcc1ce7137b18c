// What a reload applies, and what it leaves for a restart.
#include "config/reload.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/options.hpp"
#include "config/values.hpp"

namespace signal_hub::config {
namespace {

using Names = std::vector<std::string>;

/// Makes it another value.
struct Change {
  void operator()(bool* flag) const { *flag = !*flag; }
  void operator()(std::string* text) const { *text += "x"; }
  void operator()(std::vector<std::string>* list) const { list->push_back("x"); }
  void operator()(Millis* time) const { *time += 1ms; }
  template <class Number>
  void operator()(Number* number) const {
    *number += 1;
  }
};

TEST(Reload, EveryOptionIsAppliedOrNamedAndKept) {
  Settings running;
  running.server.tls_cert = running.server.tls_key = "here";  // TLS stays on
  for (const Option& option : option_table()) {
    Settings fresh = running;
    std::visit(Change{}, option.bind(fresh));
    Settings wanted = fresh;
    const Names frozen = keep_frozen(running, fresh);
    Settings before = running;
    if (option.reloadable) {
      EXPECT_TRUE(frozen.empty()) << option.name;
      EXPECT_EQ(value_text(option, option.bind(fresh)), value_text(option, option.bind(wanted)));
    } else {
      EXPECT_EQ(frozen, Names{std::string(option.name)});
      EXPECT_EQ(value_text(option, option.bind(fresh)), value_text(option, option.bind(before)));
    }
  }
}

TEST(Reload, KeysAreReplacedButAuthenticationIsNotTurned) {
  Settings running;
  running.hub.auth = true;
  running.server.jwt_secret_file = "a";
  Settings fresh = running;
  fresh.server.jwt_secret_file = "b";
  EXPECT_EQ(keep_frozen(running, fresh), Names{});
  EXPECT_EQ(fresh.server.jwt_secret_file, "b");

  fresh.server.jwt_secret_file = "";
  fresh.hub.auth = false;
  EXPECT_EQ(keep_frozen(running, fresh), Names{"jwt-secret-file"});
  EXPECT_EQ(fresh.server.jwt_secret_file, "a");
  EXPECT_TRUE(fresh.hub.auth);
}

TEST(Reload, CertificatesAreReplacedButTlsIsNotTurned) {
  Settings plain;
  Settings secure = plain;
  secure.server.tls_cert = "c";
  secure.server.tls_key = "k";
  Settings fresh = secure;
  EXPECT_EQ(keep_frozen(plain, fresh), (Names{"tls-cert", "tls-key"}));
  EXPECT_EQ(fresh.server.tls_cert, "");
  fresh = secure;
  fresh.server.tls_key = "other";
  EXPECT_EQ(keep_frozen(secure, fresh), Names{});
  EXPECT_EQ(fresh.server.tls_key, "other");
}

TEST(Reload, WhatTheDatabaseAllowsIsNoSetting) {
  Settings running;
  running.hub.persistent = true;
  Settings fresh;
  EXPECT_EQ(keep_frozen(running, fresh), Names{});
  EXPECT_TRUE(fresh.hub.persistent);
}

}  // namespace
}  // namespace signal_hub::config
