// Small conversions between what people type or read and what the client works with.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
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

/// What went wrong and what to do about it, each a sentence; either may be empty.
std::string with_advice(const std::string& problem, const std::string& advice);

/// The JSON of an argument, or all of standard input for `-`. Errors: a sentence.
Result<std::string> json_argument(const std::string& argument, std::istream& in);

// --reliable.
constexpr const char* reliable_help =
    "Deliver at least once: stored first, until it is acknowledged";
constexpr std::string_view reliable_metadata = R"({"delivery":"at-least-once"})";

}  // namespace signal_hub::cli
