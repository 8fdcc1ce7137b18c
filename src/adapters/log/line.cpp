#include "adapters/log/line.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <ctime>

#include "wire/json_writer.hpp"

namespace signal_hub::adapters {
namespace {

using app::Level;
using app::LogField;

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 4> level_colours{"\x1b[2m", "\x1b[32m", "\x1b[33m",
                                                        "\x1b[31m"};

std::string_view name_of(Level level) { return level_names[static_cast<std::size_t>(level)]; }

/// ISO 8601 in UTC with milliseconds.
std::string iso(WallTime at) {
  const std::int64_t ms = epoch_ms(at);
  const std::time_t seconds = ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, ms % 1000);
}

/// How many bytes of valid UTF-8 start at `text`; 0 if the first is none (RFC 3629 §4).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool bad = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                   (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return bad ? 0 : length;
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += "\xef\xbf\xbd";
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out;
}

struct JsonValue {
  wire::JsonWriter& out;
  void operator()(const std::string& text) const { out.value(valid_utf8(text)); }
  void operator()(double number) const { std::isfinite(number) ? out.value(number) : out.null(); }
  void operator()(std::int64_t number) const { out.value(number); }
  void operator()(bool flag) const { out.value(flag); }
};

}  // namespace

std::optional<Level> parse_level(std::string_view name) {
  for (std::size_t i = 0; i < level_names.size(); ++i) {
    if (level_names[i] == name) return static_cast<Level>(i);
  }
  return std::nullopt;
}

std::string format_json(WallTime at, Level level, std::string_view event,
                        std::span<const LogField> fields) {
  std::string line;
  wire::JsonWriter out(line);
  out.begin_object().field("timestamp", std::string_view(iso(at)));
  out.field("level", name_of(level)).field("event", event);
  for (const LogField& field : fields) {
    out.key(field.name);
    std::visit(JsonValue{out}, field.value);
  }
  out.end_object();
  return line;
}

std::string format_text(WallTime at, Level level, std::string_view event,
                        std::span<const LogField> fields, bool coloured) {
  const auto index = static_cast<std::size_t>(level);
  std::string line = fmt::format("{} {}{:<5}{} {}", iso(at), coloured ? level_colours[index] : "",
                                 level_names[index], coloured ? "\x1b[0m" : "", event);
  for (const LogField& field : fields) {
    std::string value;
    wire::JsonWriter out(value);
    std::visit(JsonValue{out}, field.value);
    line += fmt::format(" {}={}", field.name, value);
  }
  return line;
}

}  // namespace signal_hub::adapters
