#include "config/file.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <charconv>

namespace signal_hub::config {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row.back();
}

/// Nullopt: a kind of value no option takes.
std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
  if (const auto number = node.value_exact<double>()) {
    std::array<char, 32> text{};
    return std::string(text.data(),
                       std::to_chars(text.data(), text.data() + text.size(), *number).ptr);
  }
  if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  return std::nullopt;
}

std::optional<std::vector<std::string>> texts_of(const toml::node& node, bool list) {
  const toml::array* array = node.as_array();
  if (array == nullptr) {
    auto text = scalar_text(node);
    if (!text) return std::nullopt;
    return std::vector{std::move(*text)};
  }
  if (!list) return std::nullopt;
  std::vector<std::string> texts;
  for (const toml::node& element : *array) {
    auto text = element.value_exact<std::string>();
    if (!text) return std::nullopt;
    texts.push_back(std::move(*text));
  }
  return texts;
}

std::string place_of(const toml::source_region& region, const std::string& path) {
  return path + ":" + std::to_string(region.begin.line);
}

bool is_list(const Option& option) {
  Settings scratch;
  return std::holds_alternative<std::vector<std::string>*>(option.bind(scratch));
}

}  // namespace

std::string nearest_option(std::string_view name) {
  std::string nearest;
  std::size_t least = 4;  // farther is no help
  for (const Option& option : option_table()) {
    const std::size_t distance = edit_distance(name, option.name);
    if (distance >= least) continue;
    least = distance;
    nearest = option.name;
  }
  return nearest;
}

Result<std::vector<FileEntry>> parse_file(std::string_view text, const std::string& path) {
  toml::table table;
  try {
    table = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    return fail(place_of(error.source(), path) + ": " + std::string(error.description()) + ".");
  }
  std::vector<FileEntry> entries;
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    const std::string place = place_of(node.source(), path);
    const Option* option = find_option(name);
    if (option == nullptr) {
      const std::string near = nearest_option(name);
      return fail(
          place + ": there is no setting \"" + std::string(name) + "\"" +
          (near.empty() ? "; signal-hub --help lists them." : "; did you mean " + near + "?"));
    }
    auto texts = texts_of(node, is_list(*option));
    if (!texts) {
      return fail(place + ": " + std::string(name) + " must be " +
                  (is_list(*option) ? "a string or an array of strings."
                                    : "a string, a number, true or false."));
    }
    entries.push_back({option, std::move(*texts), place});
  }
  return entries;
}

}  // namespace signal_hub::config
