// signal-hub token: mints a token for development.
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/token_signer.hpp"
#include "config/values.hpp"
#include "core/permissions.hpp"
#include "wire/address.hpp"

namespace signal_hub::cli {
namespace {

constexpr Millis lifetime_max = 10 * 365 * 24h;
constexpr Millis hub_max_age = 24h;  // --jwt-max-age unless set

struct Request {
  std::string actor;
  std::string subject;
  std::vector<std::string> capabilities;
  std::vector<std::string> actors;
  std::string expires = "1h";
  std::string issuer = "signal-hub";
  std::string audience;
  std::string secret_file;
  std::string private_key;
  std::string algorithm;
  std::string kid;
};

void describe(CLI::App& app, Request& r) {
  app.add_option("--actor", r.actor, "Path of the actor the token is for")->required();
  app.add_option("--sub", r.subject, "The claim sub; the actor's path if not given");
  app.add_option("--capability", r.capabilities,
                 "Capability to grant; repeatable; none: all but admin, metrics and presence");
  app.add_option("--actors", r.actors, "Glob of further paths it may register; repeatable");
  app.add_option("--expires", r.expires,
                 "Lifetime: 30s, 5m, 2h; a hub also refuses what is older than its --jwt-max-age")
      ->capture_default_str();
  app.add_option("--issuer", r.issuer, "The claim iss")->capture_default_str();
  app.add_option("--audience", r.audience, "The claim aud");
  app.add_option("--secret-file", r.secret_file, "Secret to sign with");
  app.add_option("--private-key", r.private_key, "PEM private key to sign with: RSA or EC P-256");
  app.add_option("--algorithm", r.algorithm,
                 "HS256 (default), HS384 or HS512 with a secret; a private key decides it itself");
  app.add_option("--kid", r.kid, "Key id to put into the header");
}

Millis lifetime(const Request& r) {
  const auto ms = config::parse_duration_ms(r.expires);
  return ms && *ms <= static_cast<std::uint64_t>(lifetime_max.count())
             ? Millis{static_cast<std::int64_t>(*ms)}
             : 0ms;
}

std::vector<std::string> known_capabilities() {
  std::vector<std::string> names;
  for (auto i = 0U; i <= static_cast<unsigned>(core::Capability::admin); ++i) {
    names.emplace_back(core::name(static_cast<core::Capability>(i)));
  }
  names.emplace_back("*");
  return names;
}

std::optional<std::string> unknown_capability(const Request& r) {
  const auto known = known_capabilities();
  const auto unknown = [&known](const std::string& text) {
    return std::find(known.begin(), known.end(), text) == known.end();
  };
  const auto found = std::find_if(r.capabilities.begin(), r.capabilities.end(), unknown);
  if (found == r.capabilities.end()) return std::nullopt;
  std::string all;
  for (const std::string& name : known) all.append(all.empty() ? "" : ", ").append(name);
  return "--capability " + *found + " is none of " + all + ".";
}

bool is_utf8(const Request& r) {
  const nlohmann::json texts{r.actor, r.subject, r.issuer, r.audience, r.kid, r.actors};
  try {
    return !texts.dump().empty();
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

/// Nullopt: nothing is wrong with the flags. Otherwise a sentence.
std::optional<std::string> complaint(const Request& r) {
  if (!is_utf8(r)) return "the arguments must be UTF-8.";
  if (!wire::is_concrete(wire::address_of(r.actor))) {
    return "--actor must be a path of 1 to 256 bytes without control characters, parentheses and "
           "`*`.";
  }
  if (auto fault = unknown_capability(r)) return fault;
  if (r.secret_file.empty() == r.private_key.empty()) {
    return "give either --secret-file or --private-key.";
  }
  if (lifetime(r) < 1s) return "--expires must be a duration such as 30s, 5m or 2h, up to 87600h.";
  const auto hmacs = {"", "HS256", "HS384", "HS512"};
  if (!r.secret_file.empty() && std::find(hmacs.begin(), hmacs.end(), r.algorithm) == hmacs.end()) {
    return "--algorithm must be HS256, HS384 or HS512 with a secret.";
  }
  return std::nullopt;
}

std::string claims_of(const Request& r) {
  using std::chrono::system_clock;
  const std::int64_t now = system_clock::to_time_t(system_clock::now());
  nlohmann::json claims{{"actorId", r.actor},
                        {"sub", r.subject.empty() ? r.actor : r.subject},
                        {"iss", r.issuer},
                        {"iat", now},
                        {"exp", now + lifetime(r) / 1s}};
  if (!r.capabilities.empty()) claims["capabilities"] = r.capabilities;
  if (!r.actors.empty()) claims["actors"] = r.actors;
  if (!r.audience.empty()) claims["aud"] = r.audience;
  return claims.dump();
}

Result<SigningKey> load_key(const Request& r) {
  if (!r.secret_file.empty()) {
    return load_secret(r.secret_file, r.algorithm.empty() ? "HS256" : r.algorithm);
  }
  auto key = load_private_key(r.private_key);
  if (key && !r.algorithm.empty() && r.algorithm != key->algorithm) {
    return fail(r.private_key + " is a key for " + key->algorithm + ", not for " + r.algorithm +
                ".");
  }
  return key;
}

}  // namespace

int token_command(std::span<const std::string> arguments, std::istream&, std::ostream& out,
                  std::ostream& err) {
  CLI::App app("Mint a token for development.", "token");
  Request request;
  describe(app, request);
  if (const auto code = parse_arguments(app, arguments, out, err)) return *code;
  if (const auto fault = complaint(request)) {
    err << "signal-hub token: " << *fault << "\n";
    return exit_usage;
  }
  const auto key = load_key(request);
  const auto token = key ? sign_token(*key, claims_of(request), request.kid)
                         : Result<std::string>(fail(key.error()));
  if (!token) {
    err << "signal-hub token: " << token.error() << "\n";
    return exit_failed;
  }
  if (lifetime(request) > hub_max_age) {
    err << "signal-hub token: a hub takes this token for 24h only, unless its --jwt-max-age says "
           "more.\n";
  }
  out << *token << "\n";
  return exit_ok;
}

}  // namespace signal_hub::cli
