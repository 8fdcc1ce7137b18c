#include "adapters/jwt/claims.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "adapters/jwt/json_object.hpp"
#include "base/limits.hpp"
#include "wire/address.hpp"

namespace signal_hub::adapters {
namespace {

using core::AuthFailure;
using Json = nlohmann::json;

Failed<AuthFailure> invalid(std::string reason) {
  return fail(AuthFailure{AuthFailure::Kind::invalid_token, std::move(reason)});
}

/// Far enough for any date, and times 1000 still fits.
constexpr std::int64_t seconds_max = 253'402'300'799;

/// Nullopt with `fault` set: the claim is there but no whole number of seconds.
std::optional<WallTime> seconds(const Json& claims, const char* name, bool& fault) {
  const auto found = claims.find(name);
  if (found == claims.end()) return std::nullopt;
  if (!found->is_number_integer()) {
    fault = true;
    return std::nullopt;
  }
  const bool beyond = found->is_number_unsigned() &&
                      found->get<std::uint64_t>() > static_cast<std::uint64_t>(seconds_max);
  const std::int64_t value = beyond ? -1 : found->get<std::int64_t>();
  if (value < 0 || value > seconds_max) {
    fault = true;
    return std::nullopt;
  }
  return from_epoch_ms(value * 1000);
}

/// Nullopt with `fault` set: the claim is there but no array of strings.
std::optional<std::vector<std::string>> texts(const Json& claims, const char* name, bool& fault) {
  const auto found = claims.find(name);
  if (found == claims.end()) return std::nullopt;
  const bool good = found->is_array() && std::all_of(found->begin(), found->end(),
                                                     [](auto& e) { return e.is_string(); });
  if (!good) {
    fault = true;
    return std::nullopt;
  }
  return found->get<std::vector<std::string>>();
}

bool is_text(const Json& claims, const char* name) {
  const auto found = claims.find(name);
  return found == claims.end() || found->is_string();
}

bool audience_matches(const Json& claims, const std::string& wanted) {
  const auto found = claims.find("aud");
  if (found == claims.end()) return false;
  if (found->is_string()) return found->get<std::string>() == wanted;
  return found->is_array() && std::any_of(found->begin(), found->end(), [&wanted](auto& e) {
           return e.is_string() && e.template get<std::string>() == wanted;
         });
}

/// The times; the token's expiry if they are in order.
Result<WallTime, AuthFailure> judge_times(const Json& claims, const ClaimRules& rules,
                                          WallTime now) {
  bool fault = false;
  const auto exp = seconds(claims, "exp", fault);
  const auto nbf = seconds(claims, "nbf", fault);
  const auto iat = seconds(claims, "iat", fault);
  if (fault) return invalid("exp, nbf and iat must be whole seconds since 1970.");
  if (!exp) return invalid("The claim exp is missing.");
  if (*exp + limits::clock_skew <= now) {
    return fail(AuthFailure{AuthFailure::Kind::token_expired, "The token has expired."});
  }
  if (nbf && *nbf > now + limits::clock_skew) return invalid("The token is not valid yet (nbf).");
  if (iat && *iat > now + limits::clock_skew) return invalid("The token is from the future (iat).");
  if (iat && rules.max_age != 0ms && now - *iat > rules.max_age + limits::clock_skew) {
    return invalid("The token is older than the hub accepts (iat).");
  }
  return *exp;
}

std::optional<std::string> judge_names(const Json& claims, const ClaimRules& rules) {
  if (!is_text(claims, "sub") || !is_text(claims, "jti")) return "sub and jti must be strings.";
  const auto iss = claims.find("iss");
  if (iss == claims.end() || !iss->is_string() || iss->get<std::string>() != rules.issuer) {
    return "The claim iss is not " + rules.issuer + ".";
  }
  if (!rules.audience.empty() && !audience_matches(claims, rules.audience)) {
    return "The claim aud does not contain " + rules.audience + ".";
  }
  return std::nullopt;
}

}  // namespace

Result<core::Identity, AuthFailure> judge_claims(std::string_view payload, const ClaimRules& rules,
                                                 WallTime now) {
  const auto claims = parse_object(payload);
  if (!claims) return invalid("The token's payload is no JSON object with distinct names.");
  if (auto fault = judge_names(*claims, rules)) return invalid(std::move(*fault));
  const auto expires = judge_times(*claims, rules, now);
  if (!expires) return fail(expires.error());

  core::Identity identity;
  identity.expires_at = *expires;
  identity.subject = claims->value("sub", std::string());
  const auto actor = claims->find("actorId");
  if (actor == claims->end() || !actor->is_string()) {
    return invalid("The claim actorId is missing or no string.");
  }
  identity.address = wire::address_of(actor->get<std::string>());
  if (!wire::is_concrete(identity.address)) {
    return invalid("actorId must be a path of 1 to 256 bytes without parentheses and `*`.");
  }
  bool fault = false;
  identity.capabilities = texts(*claims, "capabilities", fault);
  if (auto actors = texts(*claims, "actors", fault)) identity.actors = std::move(*actors);
  if (fault) return invalid("capabilities and actors must be arrays of strings.");
  return identity;
}

}  // namespace signal_hub::adapters
