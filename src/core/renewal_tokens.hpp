// Renewal tokens: `registration.counter.MAC`, proof that the holder registered an address.
//
// The MAC covers address, registration and counter, so that a token can be checked after a crash
// against what was stored, without storing the token (DESIGN.md, durability contract).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace signal_hub::core {

/// A keyed MAC as printable text, a pure function of its argument. The key is the owner's.
using Mac = std::function<std::string(std::string_view)>;

struct RenewalToken {
  std::uint64_t registration;
  std::uint64_t counter;
  std::string_view mac;
};

std::string issue_renewal_token(const Mac& mac, std::string_view address,
                                std::uint64_t registration, std::uint64_t counter);

/// The parts of a token, unchecked; nullopt if it has another form.
std::optional<RenewalToken> parse_renewal_token(std::string_view token);

/// Compares in constant time.
bool renewal_mac_valid(const Mac& mac, std::string_view address, const RenewalToken& token);

}  // namespace signal_hub::core
