#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>

#include "adapters/jwt/authenticator.hpp"
#include "adapters/jwt/encoding.hpp"
#include "adapters/jwt_tokens.hpp"
#include "cli/commands.hpp"
#include "temporary_directory.hpp"

namespace signal_hub::cli {
namespace {

using adapters::test::ec_key;
using adapters::test::private_pem;
using adapters::test::public_pem;
using adapters::test::rsa_key;

// The command reads the clock: what it makes is judged by the same clock.
Now clock_now() {
  using std::chrono::system_clock;
  const auto wall = std::chrono::floor<Millis>(system_clock::now().time_since_epoch());
  return {MonoTime{}, WallTime{wall}};
}

class TokenCommand : public testing::Test {
 protected:
  int run(const std::vector<std::string>& arguments) {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    const int code = token_command(arguments, in, out, err);
    out_ = out.str();
    err_ = err.str();
    return code;
  }
  std::string token() const { return out_.substr(0, out_.find('\n')); }
  nlohmann::json part(int which) const {
    std::string rest = token();
    for (int i = 0; i < which; ++i) rest = rest.substr(rest.find('.') + 1);
    return nlohmann::json::parse(*adapters::decode_base64url(rest.substr(0, rest.find('.'))));
  }
  Result<core::Identity, core::AuthFailure> verify(const ServerSettings& settings) const {
    auto made = adapters::make_authenticator(settings);
    if (!made) throw std::runtime_error(made.error());
    return (*made)->verify(token(), clock_now());
  }
  void refuses(std::vector<std::string> arguments, int code, const std::string& naming) {
    EXPECT_EQ(run(arguments), code) << naming;
    EXPECT_NE(err_.find(naming), std::string::npos) << err_;
    EXPECT_EQ(out_, "");
  }

  signal_hub::test::TemporaryDirectory files_;
  std::string secret_ = files_.write("secret", std::string(32, 's') + "\n");
  std::string out_;
  std::string err_;
};

TEST_F(TokenCommand, WhatItMakesTheHubTakes) {
  ASSERT_EQ(run({"--actor", "team/alice", "--sub", "u1", "--capability", "send", "--capability",
                 "admin", "--actors", "bots/*", "--actors", "x", "--secret-file", secret_}),
            0)
      << err_;
  EXPECT_EQ(err_, "");
  ServerSettings settings;
  settings.jwt_secret_file = secret_;
  const auto identity = verify(settings);
  ASSERT_TRUE(identity.ok()) << identity.error().reason;
  EXPECT_EQ(identity->address, "@(team/alice)");
  EXPECT_EQ(identity->subject, "u1");
  EXPECT_EQ(*identity->capabilities, (std::vector<std::string>{"send", "admin"}));
  EXPECT_EQ(identity->actors, (std::vector<std::string>{"bots/*", "x"}));
}

TEST_F(TokenCommand, WhatIsNotGivenIsNotClaimed) {
  ASSERT_EQ(run({"--actor", "alice", "--secret-file", secret_}), 0) << err_;
  const auto claims = part(1);
  EXPECT_EQ(claims["sub"], "alice");
  EXPECT_EQ(claims["iss"], "signal-hub");
  EXPECT_EQ(claims["exp"].get<std::int64_t>() - claims["iat"].get<std::int64_t>(), 3600);
  for (const auto* name : {"aud", "capabilities", "actors"}) EXPECT_FALSE(claims.contains(name));
  EXPECT_EQ(part(0), nlohmann::json::parse(R"({"alg":"HS256","typ":"JWT"})"));
}

TEST_F(TokenCommand, EveryHmac) {
  for (const auto* algorithm : {"HS256", "HS384", "HS512"}) {
    ASSERT_EQ(run({"--actor", "a", "--secret-file", secret_, "--algorithm", algorithm}), 0);
    ServerSettings settings;
    settings.jwt_secret_file = secret_;
    settings.jwt_algorithm = algorithm;
    EXPECT_TRUE(verify(settings).ok()) << algorithm;
  }
}

TEST_F(TokenCommand, APrivateKeyDecidesTheAlgorithm) {
  const std::pair<std::string, adapters::test::PrivateKey> keys[] = {{"RS256", rsa_key()},
                                                                     {"ES256", ec_key()}};
  for (const auto& [algorithm, key] : keys) {
    const std::string pem = files_.write("key.pem", private_pem(key.get()));
    ASSERT_EQ(run({"--actor", "a", "--private-key", pem, "--kid", "k1"}), 0) << err_;
    EXPECT_EQ(part(0)["alg"], algorithm);
    EXPECT_EQ(part(0)["kid"], "k1");
    ServerSettings settings;
    settings.jwt_public_key = {"k1=" + files_.write("public.pem", public_pem(key.get()))};
    EXPECT_TRUE(verify(settings).ok()) << algorithm;
    settings.jwt_public_key[0].replace(0, 2, "k2");
    EXPECT_FALSE(verify(settings).ok()) << algorithm;
  }
}

TEST_F(TokenCommand, IssuerAndAudience) {
  ASSERT_EQ(run({"--actor", "a", "--secret-file", secret_, "--issuer", "me", "--audience", "hub"}),
            0);
  ServerSettings settings;
  settings.jwt_secret_file = secret_;
  EXPECT_FALSE(verify(settings).ok());
  settings.jwt_issuer = "me";
  settings.jwt_audience = "hub";
  EXPECT_TRUE(verify(settings).ok());
}

TEST_F(TokenCommand, ALifetimeBeyondTheHubsMaximumAgeIsPointedOut) {
  ASSERT_EQ(run({"--actor", "a", "--secret-file", secret_, "--expires", "24h"}), 0);
  EXPECT_EQ(err_, "");
  ASSERT_EQ(run({"--actor", "a", "--secret-file", secret_, "--expires", "25h"}), 0);
  EXPECT_NE(err_.find("--jwt-max-age"), std::string::npos);
  EXPECT_NE(token(), "");
}

TEST_F(TokenCommand, WrongFlagsAreNamed) {
  const std::vector<std::string> good{"--actor", "a", "--secret-file", secret_};
  const auto with = [&good](const std::vector<std::string>& more) {
    std::vector<std::string> all = good;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  refuses({}, 2, "--actor");
  refuses({"--actor", "a"}, 2, "--secret-file");
  refuses(with({"--private-key", "x"}), 2, "either");
  refuses(with({"--nonsense"}), 2, "--nonsense");
  refuses(with({"--capability", "sned"}), 2, "sned is none of send, broadcast");
  refuses(with({"--capability", "send, broadcast"}), 2, "none of");
  refuses(with({"--algorithm", "none"}), 2, "--algorithm");
  refuses(with({"--algorithm", "RS256"}), 2, "--algorithm");
  refuses(with({"--algorithm", "hs256"}), 2, "--algorithm");
  refuses(with({"--sub", "\xff"}), 2, "UTF-8");
  refuses(with({"--kid", "\xff"}), 2, "UTF-8");
  for (const auto* lifetime : {"soon", "0s", "999ms", "-1h", "87601h", "99999999999999999h"}) {
    refuses(with({std::string("--expires=") + lifetime}), 2, "--expires");
  }
  for (const auto* actor : {"", "a*", "@(a)", "a(b", "a\nb"}) {
    refuses({"--actor", actor, "--secret-file", secret_}, 2, "--actor");
  }
  refuses({"--actor", std::string(257, 'a'), "--secret-file", secret_}, 2, "--actor");
}

TEST_F(TokenCommand, KeysThatNoHubTakesAreNamed) {
  const auto by_secret = [this](const std::string& path, const std::string& naming) {
    refuses({"--actor", "a", "--secret-file", path}, 1, naming);
  };
  by_secret("/nowhere/at/all", "/nowhere/at/all: No such file");
  by_secret(files_.write("short", std::string(31, 'x') + "\n"), "short has 31 bytes");
  const auto by_key = [this](const std::string& name, const std::string& pem) {
    refuses({"--actor", "a", "--private-key", files_.write(name, pem)}, 1, name);
  };
  by_key("nonsense.pem", "nonsense");
  by_key("public.pem", public_pem(ec_key().get()));
  by_key("p384.pem", private_pem(ec_key("P-384").get()));
  by_key("small.pem", private_pem(rsa_key(1024).get()));
  const std::string ec = files_.write("ec.pem", private_pem(ec_key().get()));
  refuses({"--actor", "a", "--private-key", ec, "--algorithm", "RS256"}, 1, "a key for ES256");
}

TEST_F(TokenCommand, HelpNamesTheFlags) {
  ASSERT_EQ(run({"--help"}), 0);
  for (const auto* flag :
       {"--actor", "--sub", "--capability", "--actors", "--expires", "--issuer", "--audience",
        "--secret-file", "--private-key", "--algorithm", "--kid"}) {
    EXPECT_NE(out_.find(flag), std::string::npos) << flag;
  }
}

}  // namespace
}  // namespace signal_hub::cli
