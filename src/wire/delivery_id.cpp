#include "wire/delivery_id.hpp"

#include <charconv>
#include <limits>

namespace signal_hub::wire {
namespace {

constexpr unsigned half = 32;

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string delivery_id(std::uint64_t position) {
  const std::uint64_t lower = position & std::numeric_limits<std::uint32_t>::max();
  return std::to_string(position >> half) + "-" + std::to_string(lower);
}

std::optional<std::uint64_t> position_of(std::string_view delivery_id) {
  const std::size_t dash = delivery_id.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto run = number(delivery_id.substr(0, dash));
  const auto lower = number(delivery_id.substr(dash + 1));
  if (!run || !lower) return std::nullopt;
  return std::uint64_t{*run} << half | *lower;
}

}  // namespace signal_hub::wire
