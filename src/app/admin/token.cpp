#include "app/admin/token.hpp"

#include <algorithm>
#include <cstddef>

#include "base/limits.hpp"

namespace signal_hub::app::admin {
namespace {

constexpr std::string_view white = " \t\r\n";
constexpr std::string_view scheme = "bearer";

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(white);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white) - first + 1);
}

bool is_bearer(std::string_view text) {
  return std::equal(text.begin(), text.end(), scheme.begin(), scheme.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

/// What follows the scheme; empty if it is another.
std::string_view bearer_token(std::string_view authorization) {
  const std::size_t space = authorization.find(' ');
  if (space == std::string_view::npos || !is_bearer(authorization.substr(0, space))) return {};
  return trim(authorization.substr(space));
}

}  // namespace

Result<std::string> token_in(std::string_view text) {
  const std::string_view token = trim(text);
  if (token.size() < limits::admin_token_bytes) {
    return fail("the token has fewer than " + std::to_string(limits::admin_token_bytes) +
                " characters");
  }
  const bool printable =
      std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (!printable) return fail(std::string("the token has white space or other special characters"));
  return std::string(token);
}

bool same_token(std::string_view given, std::string_view token) {
  std::size_t different = given.size() ^ token.size();
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char c = token.empty() ? '\0' : token[i % token.size()];
    different |= static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(c);
  }
  return different == 0;
}

Checked<bool> check_token(std::string_view authorization, std::string_view token) {
  if (token.empty()) {
    return fail(Refusal{403, "admin_disabled", "This hub has no administration over HTTP.",
                        "Start it with --admin-token-file, or use its --admin-socket."});
  }
  const std::string_view given = bearer_token(authorization);
  if (!given.empty() && same_token(given, token)) return true;
  return fail(Refusal{401, "unauthorized",
                      given.empty() ? "The request carries no token."
                                    : "The token is not the one of --admin-token-file.",
                      "Send Authorization: Bearer with the content of the hub's "
                      "--admin-token-file."});
}

}  // namespace signal_hub::app::admin
