#include "cli/table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace signal_hub::cli {
namespace {

/// Code points; what is wider than one column is rare enough.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

}  // namespace

void Table::print(std::ostream& out) const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out << row[i];
      if (i + 1 < row.size()) out << std::string(widths[i] - width(row[i]) + 2, ' ');
    }
    out << "\n";
  }
}

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F steer terminals too.
    const bool c1 =
        c == 0xC2U && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0U;
    if (c1) ++i;
    out += c1 || c < 0x20U || c == 0x7FU ? '?' : text[i];
  }
  return out;
}

std::string span_text(std::int64_t ms) {
  struct Unit {
    std::int64_t ms;
    const char* name;
  };
  constexpr std::array units{Unit{172'800'000, "d"}, Unit{7'200'000, "h"}, Unit{120'000, "min"},
                             Unit{1'000, "s"}};
  constexpr std::array divisors{86'400'000, 3'600'000, 60'000, 1'000};
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (ms >= units[i].ms) return std::to_string(ms / divisors[i]) + " " + units[i].name;
  }
  return std::to_string(ms) + " ms";
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array names{"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  auto amount = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; amount >= 1024 && unit + 1 < names.size(); ++unit) amount /= 1024;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", amount, names[unit]);
  return text.data();
}

}  // namespace signal_hub::cli
