#include "config/values.hpp"

#include <array>
#include <charconv>

namespace signal_hub::config {
namespace {

struct Scale {
  std::string_view suffix;
  std::uint64_t factor;
};

constexpr std::array durations{Scale{"ms", 1}, Scale{"s", 1'000}, Scale{"m", 60'000},
                               Scale{"h", 3'600'000}};
constexpr std::array sizes{Scale{"KiB", 1ULL << 10U}, Scale{"MiB", 1ULL << 20U},
                           Scale{"GiB", 1ULL << 30U}, Scale{"", 1}};

template <std::size_t N>
std::optional<std::uint64_t> scaled(std::string_view text, const std::array<Scale, N>& scales) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view suffix(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const Scale& scale : scales) {
    if (suffix != scale.suffix) continue;
    if (number > UINT64_MAX / scale.factor) return std::nullopt;
    return number * scale.factor;
  }
  return std::nullopt;
}

std::string duration_text(std::uint64_t ms) {
  if (ms != 0 && ms % 3'600'000 == 0) return std::to_string(ms / 3'600'000) + "h";
  if (ms % 1'000 == 0) return std::to_string(ms / 1'000) + "s";
  return std::to_string(ms) + "ms";
}

std::string size_text(std::uint64_t bytes) {
  if (bytes != 0 && bytes % (1ULL << 30U) == 0) return std::to_string(bytes >> 30U) + "GiB";
  if (bytes != 0 && bytes % (1ULL << 20U) == 0) return std::to_string(bytes >> 20U) + "MiB";
  if (bytes != 0 && bytes % (1ULL << 10U) == 0) return std::to_string(bytes >> 10U) + "KiB";
  return std::to_string(bytes);
}

std::string in_unit(const Option& option, std::uint64_t value) {
  switch (option.unit) {
    case Unit::milliseconds: return duration_text(value);
    case Unit::bytes: return size_text(value);
    case Unit::none: return std::to_string(value);
  }
  return {};
}

std::string allowed_numbers(const Option& option) {
  std::string kind = "a whole number";
  if (option.unit == Unit::milliseconds) kind = "a duration such as 500ms, 30s, 5m or 2h";
  if (option.unit == Unit::bytes) kind = "a size such as 65536, 64KiB, 8MiB or 1GiB";
  return "must be " + kind + ", from " + in_unit(option, option.least) + " to " +
         in_unit(option, option.most);
}

std::optional<std::uint64_t> parse_number(const Option& option, std::string_view text) {
  switch (option.unit) {
    case Unit::milliseconds: return parse_duration_ms(text);
    case Unit::bytes: return parse_size(text);
    case Unit::none: return scaled(text, std::array{Scale{"", 1}});
  }
  return std::nullopt;
}

bool is_choice(std::string_view choices, std::string_view text) {
  while (!choices.empty()) {
    const std::size_t bar = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, bar) == text) return true;
    choices.remove_prefix(std::min(bar + 1, choices.size()));
  }
  return false;
}

using Complaint = std::optional<std::string>;

struct Setter {
  const Option& option;
  const std::vector<std::string>& texts;

  Complaint operator()(bool* field) const {
    const std::string& text = texts.front();
    if (text != "true" && text != "false") return "must be true or false";
    *field = text == "true";
    return std::nullopt;
  }
  Complaint operator()(std::string* field) const {
    const std::string& text = texts.front();
    if (!option.choices.empty() && !is_choice(option.choices, text)) {
      return "must be one of " + std::string(option.choices);
    }
    *field = text;
    return std::nullopt;
  }
  Complaint operator()(std::vector<std::string>* field) const {
    for (const std::string& text : texts) {
      if (text.empty()) return "must not be empty";
    }
    *field = texts;
    return std::nullopt;
  }
  template <class Number>
  Complaint operator()(Number* field) const {
    const auto value = parse_number(option, texts.front());
    if (!value || *value < option.least || *value > option.most) return allowed_numbers(option);
    *field = Number{static_cast<Number>(*value)};
    return std::nullopt;
  }
  Complaint operator()(double* field) const {
    const std::string& text = texts.front();
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    const auto least = static_cast<double>(option.least);
    const auto most = static_cast<double>(option.most);
    if (!whole || !(value >= least && value <= most)) {  // false for NaN
      return "must be a number from " + std::to_string(option.least) + " to " +
             std::to_string(option.most);
    }
    *field = value;
    return std::nullopt;
  }
  Complaint operator()(Millis* field) const {
    const auto value = parse_number(option, texts.front());
    if (!value || *value < option.least || *value > option.most) return allowed_numbers(option);
    *field = Millis{static_cast<std::int64_t>(*value)};
    return std::nullopt;
  }
};

struct Printer {
  const Option& option;
  std::string operator()(const bool* field) const { return *field ? "on" : "off"; }
  std::string operator()(const std::string* field) const { return *field; }
  std::string operator()(const std::vector<std::string>* field) const {
    std::string all;
    for (const std::string& text : *field) all += (all.empty() ? "" : ",") + text;
    return all;
  }
  std::string operator()(const Millis* field) const {
    return in_unit(option, static_cast<std::uint64_t>(field->count()));
  }
  std::string operator()(const double* field) const {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), *field).ptr;
    return {text.data(), end};
  }
  template <class Number>
  std::string operator()(const Number* field) const {
    return in_unit(option, *field);
  }
};

}  // namespace

std::optional<std::uint64_t> parse_duration_ms(std::string_view text) {
  if (text == "0") return 0;
  return scaled(text, durations);
}

std::optional<std::uint64_t> parse_size(std::string_view text) { return scaled(text, sizes); }

std::optional<std::string> set_value(const Option& option, const Field& field,
                                     const std::vector<std::string>& texts) {
  return std::visit(Setter{option, texts}, field);
}

std::string value_text(const Option& option, const Field& field) {
  return std::visit(Printer{option}, field);
}

}  // namespace signal_hub::config
