// Asks for memory before it is needed. Never changes what a program does.
#pragma once

#include <cstddef>
#include <cstdint>

namespace signal_hub {

inline constexpr std::size_t cache_line = 64;  // bytes

/// The line at `at`, which may be any address.
inline void prefetch(const void* at) { __builtin_prefetch(at, 1); }

/// All lines of [from, to].
inline void prefetch(const void* from, const void* to) {
  const auto* at = static_cast<const char*>(from);
  for (const auto* end = static_cast<const char*>(to); at < end; at += cache_line) prefetch(at);
  prefetch(to);
}

}  // namespace signal_hub
