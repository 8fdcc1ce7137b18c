// Small conversions between what people type or read and what the client works with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace signal_hub::cli {

/// The same JSON without white space between its tokens, and so on one line: strings cannot hold
/// raw line ends. Everything else stays byte for byte.
std::string one_line(std::string_view json);

/// A whole number, decimal, without sign.
std::optional<std::uint64_t> parse_count(std::string_view text);

/// Seconds with or without a fraction, at most a day; never rounded down to 0 milliseconds.
std::optional<Millis> parse_seconds(std::string_view text);

/// An address in its canonical form, which people may leave out.
std::string canonical_address(const std::string& address);

}  // namespace signal_hub::cli
