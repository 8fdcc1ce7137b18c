#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hub_bench {

/// The fixed-width figures in ids and stamps, so that an envelope never changes its length.
constexpr std::string_view id_prefix = "hb-";
constexpr std::string_view stamp_prefix = "hub-bench:";
constexpr std::size_t sender_digits = 8;
constexpr std::size_t number_digits = 16;
constexpr std::size_t timestamp_digits = 13;

inline void write_hex(char* at, std::uint64_t value, std::size_t digits) {
  for (std::size_t i = digits; i-- > 0; value >>= 4) at[i] = "0123456789abcdef"[value & 15];
}

inline void write_decimal(char* at, std::uint64_t value, std::size_t digits) {
  for (std::size_t i = digits; i-- > 0; value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

inline std::string hex(std::uint64_t value, std::size_t digits) {
  std::string out(digits, '0');
  write_hex(out.data(), value, digits);
  return out;
}

/// None if one of the characters is no digit.
inline std::optional<std::uint64_t> read_hex(std::string_view text) {
  std::uint64_t value = 0;
  for (const char c : text) {
    const bool decimal = c >= '0' && c <= '9';
    if (!decimal && (c < 'a' || c > 'f')) return std::nullopt;
    value = value << 4 | static_cast<unsigned>(decimal ? c - '0' : c - 'a' + 10);
  }
  return value;
}

}  // namespace hub_bench
