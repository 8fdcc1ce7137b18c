// CIDR blocks of IPv4 and IPv6 addresses.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace signal_hub {

/// An address as 16 bytes, IPv4 mapped into IPv6 (RFC 4291 §2.5.5.2), so that one comparison serves
/// both.
using AddressBytes = std::array<unsigned char, 16>;
std::optional<AddressBytes> address_bytes(std::string_view numeric);

class Cidr {
 public:
  /// `10.0.0.0/8`, `fd00::/8`, or a bare address.
  static std::optional<Cidr> parse(std::string_view text);

  /// False for what is no numeric address.
  bool contains(std::string_view address) const;

 private:
  AddressBytes network_{};
  unsigned bits_ = 0;
};

}  // namespace signal_hub
