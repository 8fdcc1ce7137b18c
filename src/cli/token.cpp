// signal-hub token: mints a token for development.
#include <jwt.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "config/values.hpp"
#include "wire/address.hpp"

namespace signal_hub::cli {
namespace {

struct FreeJwt {
  void operator()(jwt_t* jwt) const { jwt_free(jwt); }
};

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
  app.add_option("--expires", r.expires, "Lifetime: 500ms, 30s, 5m, 2h")->capture_default_str();
  app.add_option("--issuer", r.issuer, "The claim iss")->capture_default_str();
  app.add_option("--audience", r.audience, "The claim aud");
  app.add_option("--secret-file", r.secret_file, "Secret to sign with");
  app.add_option("--private-key", r.private_key, "PEM private key to sign with");
  app.add_option("--algorithm", r.algorithm,
                 "HS256, HS384, HS512; RS256 or ES256 with a private key");
  app.add_option("--kid", r.kid, "Key id to put into the header");
}

std::optional<std::string> read_key(const std::string& path, bool secret) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file) return std::nullopt;
  std::string key = text.str();
  while (secret && (key.ends_with('\n') || key.ends_with('\r'))) key.pop_back();
  return key;
}

std::string claims_of(const Request& r, std::int64_t lifetime_s) {
  using std::chrono::system_clock;
  const std::int64_t now = system_clock::to_time_t(system_clock::now());
  nlohmann::json claims{{"actorId", r.actor},
                        {"sub", r.subject.empty() ? r.actor : r.subject},
                        {"iss", r.issuer},
                        {"iat", now},
                        {"exp", now + lifetime_s}};
  if (!r.capabilities.empty()) claims["capabilities"] = r.capabilities;
  if (!r.actors.empty()) claims["actors"] = r.actors;
  if (!r.audience.empty()) claims["aud"] = r.audience;
  return claims.dump();
}

/// Empty if libjwt refuses.
std::string sign(const Request& r, const std::string& claims, const std::string& key) {
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) return {};
  const std::unique_ptr<jwt_t, FreeJwt> jwt(raw);
  const jwt_alg_t algorithm = jwt_str_alg(r.algorithm.c_str());
  if (jwt_add_grants_json(jwt.get(), claims.c_str()) != 0) return {};
  if (!r.kid.empty() && jwt_add_header(jwt.get(), "kid", r.kid.c_str()) != 0) return {};
  if (jwt_set_alg(jwt.get(), algorithm, reinterpret_cast<const unsigned char*>(key.data()),
                  static_cast<int>(key.size())) != 0) {
    return {};
  }
  const std::unique_ptr<char, void (*)(void*)> text(jwt_encode_str(jwt.get()), std::free);
  return text ? std::string(text.get()) : std::string();
}

/// Nullopt: the request is complete. Chooses the algorithm if none was named.
std::optional<std::string> complaint(Request& r) {
  if (!wire::is_concrete(wire::address_of(r.actor))) {
    return "--actor must be a path of 1 to 256 bytes without parentheses and `*`.";
  }
  if (r.secret_file.empty() == r.private_key.empty()) {
    return "give either --secret-file or --private-key.";
  }
  const bool secret = !r.secret_file.empty();
  if (r.algorithm.empty()) r.algorithm = secret ? "HS256" : "RS256";
  const std::string_view allowed = secret ? "HS256|HS384|HS512|" : "RS256|ES256|";
  if (allowed.find(r.algorithm + "|") == std::string_view::npos) {
    return "--algorithm " + r.algorithm + " does not go with this key.";
  }
  const auto lifetime = config::parse_duration_ms(r.expires);
  if (!lifetime || *lifetime < 1000) return "--expires must be a duration such as 30s, 5m or 2h.";
  return std::nullopt;
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
  const bool secret = !request.secret_file.empty();
  const std::string& path = secret ? request.secret_file : request.private_key;
  const auto key = read_key(path, secret);
  if (!key || key->empty()) {
    err << "signal-hub token: cannot read the key file " << path << ".\n";
    return exit_failed;
  }
  const auto lifetime = *config::parse_duration_ms(request.expires) / 1000;
  const std::string token =
      sign(request, claims_of(request, static_cast<std::int64_t>(lifetime)), *key);
  if (token.empty()) {
    err << "signal-hub token: " << path << " is no key for " << request.algorithm << ".\n";
    return exit_failed;
  }
  out << token << "\n";
  return exit_ok;
}

}  // namespace signal_hub::cli
