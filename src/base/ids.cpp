#include "base/ids.hpp"

#include <bit>
#include <cstring>

namespace signal_hub {
namespace {

constexpr std::uint64_t each = 0x0101010101010101U;

/// Eight hexadecimal digits of `value`, the first one lowest.
inline std::uint64_t hex_digits(std::uint32_t value) {
  // A nibble into each byte, the highest nibble lowest: halves, quarters, then bytes are spread.
  std::uint64_t v = __builtin_bswap32(value);
  v = (v | (v << 16U)) & 0x0000ffff0000ffffU;
  v = (v | (v << 8U)) & 0x00ff00ff00ff00ffU;
  v = ((v >> 4U) & 0x000f000f000f000fU) | ((v & 0x000f000f000f000fU) << 8U);
  // 10 and above carry into the bit above the nibble when 6 is added.
  const std::uint64_t letters = ((v + each * 6) >> 4U) & each;
  return v + each * '0' + letters * ('a' - '9' - 1);
}

inline void put(char* at, std::uint32_t value) {
  std::uint64_t digits = hex_digits(value);
  if constexpr (std::endian::native == std::endian::big) digits = __builtin_bswap64(digits);
  std::memcpy(at, &digits, sizeof(digits));
}

}  // namespace

Uuid Uuid::make(Rng& rng) {
  const std::uint64_t version_mask = 0xffffffffffff0fffU;
  const std::uint64_t high = (rng.next() & version_mask) | 0x4000U;
  const std::uint64_t low = (rng.next() & 0x3fffffffffffffffU) | 0x8000000000000000U;
  std::array<char, 32> digits;
  put(&digits[0], static_cast<std::uint32_t>(high >> 32U));
  put(&digits[8], static_cast<std::uint32_t>(high));
  put(&digits[16], static_cast<std::uint32_t>(low >> 32U));
  put(&digits[24], static_cast<std::uint32_t>(low));
  Uuid id;
  id.text[8] = id.text[13] = id.text[18] = id.text[23] = '-';
  std::memcpy(&id.text[0], &digits[0], 8);
  std::memcpy(&id.text[9], &digits[8], 4);
  std::memcpy(&id.text[14], &digits[12], 4);
  std::memcpy(&id.text[19], &digits[16], 4);
  std::memcpy(&id.text[24], &digits[20], 12);
  return id;
}

}  // namespace signal_hub
