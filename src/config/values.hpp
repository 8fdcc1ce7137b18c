// Texts ↔ values of options: numbers, sizes, durations, lists.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.hpp"

namespace signal_hub::config {

/// `250ms`, `30s`, `5m`, `12h`, and `0`. Nullopt: none of these.
std::optional<std::uint64_t> parse_duration_ms(std::string_view text);

/// `4096`, `64KiB`, `8MiB`, `1GiB`. Nullopt: none of these.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// Sets the field from texts (several for lists only). Nullopt: done; else what is allowed, as the
/// end of a sentence: `must be …`.
std::optional<std::string> set_value(const Option& option, const Field& field,
                                     const std::vector<std::string>& texts);

/// The value as an operator would write it.
std::string value_text(const Option& option, const Field& field);

}  // namespace signal_hub::config
