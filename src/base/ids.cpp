#include "base/ids.hpp"

namespace signal_hub {

Uuid Uuid::make(Rng& rng) {
  static constexpr char hex[] = "0123456789abcdef";
  const std::uint64_t version_mask = 0xffffffffffff0fffU;
  const std::uint64_t high = (rng.next() & version_mask) | 0x4000U;
  const std::uint64_t low = (rng.next() & 0x3fffffffffffffffU) | 0x8000000000000000U;
  Uuid id{};
  std::size_t at = 0;
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) id.text[at++] = '-';
    const std::uint64_t half = nibble < 16 ? high : low;
    id.text[at++] = hex[(half >> (60U - 4U * (static_cast<unsigned>(nibble) % 16U))) & 0xfU];
  }
  return id;
}

}  // namespace signal_hub
