// Canonical addresses: `@(path)` (PROTOCOL.md §2).
//
// Addresses travel as their full text, `@(` and `)` included, and are compared byte by byte.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace signal_hub::wire {

/// `@(path)`, path 1–256 bytes of valid UTF-8 without control characters or parentheses.
bool is_canonical(std::string_view address);

/// May be registered, sent to or used as identity: canonical and without `*`.
bool is_concrete(std::string_view address);

/// The path between `@(` and `)`. REQUIRES: is_canonical(address).
std::string_view path_of(std::string_view address);

/// `@(path)`; not checked.
std::string address_of(std::string_view path);

/// `address` is `root` or below it: `@(a/…)` is below `@(a)`. REQUIRES: both canonical.
bool is_at_or_below(std::string_view address, std::string_view root);

/// A discovery pattern with or without `@(…)`, as a glob over full addresses. Nullopt: neither a
/// bare path pattern nor one inside `@(…)`.
std::optional<std::string> discovery_glob(std::string_view pattern);

}  // namespace signal_hub::wire
