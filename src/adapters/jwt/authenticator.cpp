#include "adapters/jwt/authenticator.hpp"

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "adapters/jwt/claims.hpp"
#include "adapters/jwt/encoding.hpp"
#include "adapters/jwt/json_object.hpp"
#include "adapters/jwt/keys.hpp"
#include "adapters/jwt/signature.hpp"
#include "base/limits.hpp"

namespace signal_hub::adapters {
namespace {

using core::AuthFailure;

Failed<AuthFailure> invalid(std::string reason) {
  return fail(AuthFailure{AuthFailure::Kind::invalid_token, std::move(reason)});
}

/// The three parts of a compact token, still encoded; nullopt unless exactly three, none empty.
std::optional<std::array<std::string_view, 3>> split(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::array parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
                         token.substr(second + 1)};
  for (const std::string_view part : parts) {
    if (part.empty() || part.find('.') != std::string_view::npos) return std::nullopt;
  }
  return parts;
}

struct Header {
  std::string algorithm;
  std::string kid;  // empty: none given
};

std::optional<Header> parse_header(std::string_view encoded) {
  const auto text = decode_base64url(encoded);
  const auto json = text ? parse_object(*text) : std::nullopt;
  if (!json || json->contains("crit")) return std::nullopt;
  const auto alg = json->find("alg");
  if (alg == json->end() || !alg->is_string()) return std::nullopt;
  Header header{alg->get<std::string>(), ""};
  const auto kid = json->find("kid");
  if (kid == json->end()) return header;
  if (!kid->is_string()) return std::nullopt;
  header.kid = kid->get<std::string>();
  return header;
}

class JwtAuthenticator final : public core::Authenticator {
 public:
  JwtAuthenticator(std::vector<Key> keys, ClaimRules rules)
      : keys_(std::move(keys)), rules_(std::move(rules)) {}

  Result<core::Identity, AuthFailure> verify(std::string_view token, Now now) const override {
    if (token.size() > limits::token_bytes) return invalid("The token is too long.");
    const auto parts = split(token);
    if (!parts) return invalid("The token is no signed JWT.");
    const auto header = parse_header((*parts)[0]);
    if (!header) return invalid("The token's header is malformed or asks for what is not offered.");
    const auto payload = decode_base64url((*parts)[1]);
    const auto signature = decode_base64url((*parts)[2]);
    if (!payload || !signature) return invalid("The token's parts are not base64url.");
    const std::size_t signed_size = token.size() - (*parts)[2].size() - 1;
    if (auto fault = judge_signature(*header, token.substr(0, signed_size), *signature)) {
      return invalid(std::move(*fault));
    }
    return judge_claims(*payload, rules_, now.wall);
  }

 private:
  /// Nullopt: one of the keys made it. Only keys pinned to exactly the header's alg are asked, and
  /// of those with a kid only the one the header names, if it names one.
  std::optional<std::string> judge_signature(const Header& header, std::string_view signed_part,
                                             std::string_view signature) const {
    bool fits = false;
    for (const Key& key : keys_) {
      if (key.algorithm != header.algorithm) continue;
      if (!header.kid.empty() && !key.kid.empty() && key.kid != header.kid) continue;
      fits = true;
      if (signature_valid(key, signed_part, signature)) return std::nullopt;
    }
    return fits ? "The token's signature is not valid."
                : "No key of the hub fits the token's alg and kid.";
  }

  std::vector<Key> keys_;
  ClaimRules rules_;
};

}  // namespace

Result<std::unique_ptr<core::Authenticator>> make_authenticator(const ServerSettings& settings) {
  auto keys = load_keys(settings);
  if (!keys) return fail(keys.error());
  ClaimRules rules{settings.jwt_issuer, settings.jwt_audience, settings.jwt_max_age};
  return std::unique_ptr<core::Authenticator>(
      std::make_unique<JwtAuthenticator>(std::move(*keys), std::move(rules)));
}

}  // namespace signal_hub::adapters
