#include "core/renewal_tokens.hpp"

#include <charconv>

namespace signal_hub::core {
namespace {

std::string mac_of(const Mac& mac, std::string_view address, std::uint64_t registration,
                   std::uint64_t counter) {
  std::string text(address);
  text.append(1, '\0').append(std::to_string(registration));
  text.append(1, '\0').append(std::to_string(counter));
  return mac(text);
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

}  // namespace

std::string issue_renewal_token(const Mac& mac, std::string_view address,
                                std::uint64_t registration, std::uint64_t counter) {
  return std::to_string(registration) + "." + std::to_string(counter) + "." +
         mac_of(mac, address, registration, counter);
}

std::optional<RenewalToken> parse_renewal_token(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto registration = number(token.substr(0, first));
  const auto counter = number(token.substr(first + 1, second - first - 1));
  if (!registration || !counter) return std::nullopt;
  return RenewalToken{*registration, *counter, token.substr(second + 1)};
}

bool renewal_mac_valid(const Mac& mac, std::string_view address, const RenewalToken& token) {
  return equal_in_constant_time(token.mac, mac_of(mac, address, token.registration, token.counter));
}

}  // namespace signal_hub::core
