#include "cli/texts.hpp"

#include <charconv>
#include <cmath>
#include <istream>
#include <iterator>

#include "wire/address.hpp"
#include "wire/json_check.hpp"

namespace signal_hub::cli {
namespace {

constexpr double seconds_max = 86'400;

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string one_line(std::string_view json) {
  std::string line;
  line.reserve(json.size());
  bool in_string = false;
  bool escaped = false;
  for (const char c : json) {
    if (!in_string && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
    if (c == '"' && !escaped) in_string = !in_string;
    escaped = in_string && c == '\\' && !escaped;
    line += c;
  }
  return line;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  return parse_whole<std::uint64_t>(text);
}

std::optional<Millis> parse_seconds(std::string_view text) {
  const auto seconds = parse_whole<double>(text);
  // Written so that what is no number fails too.
  if (!seconds || !(*seconds >= 0 && *seconds <= seconds_max)) return std::nullopt;
  return Millis{static_cast<std::int64_t>(std::ceil(*seconds * 1000))};
}

std::string canonical_address(const std::string& address) {
  return wire::is_canonical(address) ? address : wire::address_of(address);
}

std::string with_advice(const std::string& problem, const std::string& advice) {
  if (problem.empty() || advice.empty()) return problem + advice;
  // Some of the protocol's texts end without.
  const bool ended = std::string_view(".!?").find(problem.back()) != std::string_view::npos;
  return problem + (ended ? " " : ". ") + advice;
}

Result<std::string> json_argument(const std::string& argument, std::istream& in) {
  const bool given = argument != "-";
  std::string text = argument;
  if (!given) text.assign(std::istreambuf_iterator<char>(in), {});
  if (wire::check_grammar(text) == wire::JsonVerdict::valid) return text;
  return fail((given ? "\"" + argument + "\"" : std::string("standard input")) +
              " is not valid JSON.");
}

}  // namespace signal_hub::cli
