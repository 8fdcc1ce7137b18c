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

/// The first byte from `at` on that is not plain (a quote, a backslash, a control character, one
/// beyond ASCII), or `end`.
inline const char* past_plain(const char* at, const char* end) {
#ifdef __SSE2__
  for (constexpr std::ptrdiff_t step = 16; end - at >= step; at += step) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    // Signed: bytes beyond ASCII are below a space, too.
    const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const __m128i special = _mm_or_si128(low, _mm_or_si128(quote, slash));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
    if (mask != 0) return at + std::countr_zero(mask);
  }
#endif
  while (at != end && is_plain(*at)) ++at;
  return at;
}

}  // namespace signal_hub::wire
