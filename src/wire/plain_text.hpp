// Where a text stops being plain: the innermost loop of checking and of writing JSON strings.
// Internal to wire.
#pragma once

#include <bit>
#include <cstddef>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace signal_hub::wire {

/// May stand in a JSON string as it is and takes one byte.
constexpr bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

#ifdef __SSE2__
/// Of the bytes that are not plain, a bit each.
inline unsigned special_bytes(__m128i bytes) {
  // Signed: bytes beyond ASCII are below a space, too.
  const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  const __m128i special = _mm_or_si128(low, _mm_or_si128(quote, slash));
  return static_cast<unsigned>(_mm_movemask_epi8(special));
}
#endif

/// The first byte from `at` on that is not plain (a quote, a backslash, a control character, one
/// beyond ASCII), or `end`.
inline const char* past_plain(const char* at, const char* end) {
#ifdef __SSE2__
  for (constexpr std::ptrdiff_t step = 16; end - at >= step; at += step) {
    const unsigned mask = special_bytes(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
    if (mask != 0) return at + std::countr_zero(mask);
  }
  if (constexpr std::ptrdiff_t half = 8; end - at >= half) {
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(at));
    const unsigned mask = special_bytes(bytes) & 0xffU;
    if (mask != 0) return at + std::countr_zero(mask);
    at += half;
  }
#endif
  while (at != end && is_plain(*at)) ++at;
  return at;
}

}  // namespace signal_hub::wire
