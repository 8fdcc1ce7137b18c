#include "base/cidr.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace signal_hub {

std::optional<AddressBytes> address_bytes(std::string_view numeric) {
  AddressBytes bytes{};
  const std::string text(numeric);
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
  bytes[10] = bytes[11] = 0xff;
  if (inet_pton(AF_INET, text.c_str(), bytes.data() + 12) == 1) return bytes;
  return std::nullopt;
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto bytes = address_bytes(text.substr(0, slash));
  if (!bytes) return std::nullopt;
  const bool v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  const unsigned most = v4 ? 32 : 128;
  unsigned bits = most;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) {
      return std::nullopt;
    }
    if (bits > most) return std::nullopt;
  }
  Cidr cidr;
  cidr.network_ = *bytes;
  cidr.bits_ = v4 ? bits + 96 : bits;
  return cidr;
}

bool Cidr::contains(std::string_view address) const {
  const auto bytes = address_bytes(address);
  if (!bytes) return false;
  for (unsigned bit = 0; bit < bits_; bit += 8) {
    const unsigned rest = std::min(8U, bits_ - bit);
    const unsigned mask = (0xff00U >> rest) & 0xffU;
    if ((((*bytes)[bit / 8] ^ network_[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace signal_hub
