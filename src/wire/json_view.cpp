#include "wire/json_view.hpp"

#include <charconv>
#include <cmath>
#include <cstring>

namespace signal_hub::wire {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view trim_front(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text;
}

std::string_view trim(std::string_view text) {
  text = trim_front(text);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Past the closing quote. REQUIRES: *at is the opening one, the string is valid.
const char* past_string(const char* at, const char* end) {
  const char* from = at + 1;
  for (;;) {
    const auto* quote =
        static_cast<const char*>(std::memchr(from, '"', static_cast<std::size_t>(end - from)));
    const char* slash = quote;
    while (slash[-1] == '\\' && slash > from) --slash;
    if ((quote - slash) % 2 == 0) return quote + 1;
    from = quote + 1;
  }
}

/// Past the value that starts at `at`, which is validated: only strings and brackets matter.
const char* past_value(const char* at, const char* end) {
  std::size_t depth = 0;
  while (at != end) {
    switch (*at) {
      case '"':
        at = past_string(at, end);
        if (depth == 0) return at;
        continue;
      case '{':
      case '[': ++depth; break;
      case '}':
      case ']':
        if (depth == 0) return at;
        if (--depth == 0) return at + 1;
        break;
      case ',':
        if (depth == 0) return at;
        break;
      default: break;
    }
    ++at;
  }
  return at;
}

unsigned hex4(std::string_view digits) {
  unsigned value = 0;
  std::from_chars(digits.data(), digits.data() + 4, value, 16);
  return value;
}

void append_utf8(std::string& out, unsigned code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0U | (code >> 6U));
    out += static_cast<char>(0x80U | (code & 0x3fU));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0U | (code >> 12U));
    out += static_cast<char>(0x80U | ((code >> 6U) & 0x3fU));
    out += static_cast<char>(0x80U | (code & 0x3fU));
  } else {
    out += static_cast<char>(0xf0U | (code >> 18U));
    out += static_cast<char>(0x80U | ((code >> 12U) & 0x3fU));
    out += static_cast<char>(0x80U | ((code >> 6U) & 0x3fU));
    out += static_cast<char>(0x80U | (code & 0x3fU));
  }
}

bool is_high(unsigned unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low(unsigned unit) { return unit >= 0xdc00 && unit < 0xe000; }

/// The code point of the \u escape at text[i] (its `u`); moves i to its last character.
unsigned code_point(std::string_view text, std::size_t& i) {
  constexpr unsigned replacement = 0xfffd;
  const unsigned unit = hex4(text.substr(i + 1));
  i += 4;
  if (!is_high(unit)) return is_low(unit) ? replacement : unit;
  if (text.size() < i + 7 || text[i + 1] != '\\' || text[i + 2] != 'u') return replacement;
  const unsigned low = hex4(text.substr(i + 3));
  if (!is_low(low)) return replacement;
  i += 6;
  return 0x10000 + ((unit - 0xd800) << 10U) + (low - 0xdc00);
}

bool has_escape(std::string_view text) { return text.find('\\') != std::string_view::npos; }

}  // namespace

std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'u': append_utf8(out, code_point(text, i)); break;
      default: out += text[i]; break;
    }
  }
  return out;
}

JsonView::JsonView(std::string_view text) : text_(trim(text)) {}

std::optional<bool> JsonView::boolean() const {
  if (kind() != Kind::boolean) return std::nullopt;
  return text_.front() == 't';
}

std::optional<std::string_view> JsonView::plain_string() const {
  if (kind() != Kind::string) return std::nullopt;
  const std::string_view inside = text_.substr(1, text_.size() - 2);
  if (has_escape(inside)) return std::nullopt;
  return inside;
}

std::optional<std::string> JsonView::string() const {
  if (kind() != Kind::string) return std::nullopt;
  const std::string_view inside = text_.substr(1, text_.size() - 2);
  return has_escape(inside) ? unescape(inside) : std::string(inside);
}

std::optional<double> JsonView::number() const {
  if (kind() != Kind::number) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
  if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> JsonView::integer() const {
  if (kind() != Kind::number) return std::nullopt;
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), whole);
  if (error == std::errc{} && end == text_.data() + text_.size()) return whole;
  const auto value = number();
  constexpr double bound = 9007199254740992.0;  // 2^53: beyond, doubles skip integers
  if (!value || *value != std::floor(*value) || std::abs(*value) > bound) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::optional<JsonView> JsonView::member(std::string_view key) const {
  if (!is_object()) return std::nullopt;
  std::optional<JsonView> found;
  for (ObjectCursor c(*this); c.next();) {
    if (c.key_is(key)) found = c.value();
  }
  return found;
}

ObjectCursor::ObjectCursor(JsonView object)
    : rest_(trim_front(object.raw().substr(1, object.raw().size() - 2))) {}

bool ObjectCursor::next() {
  if (rest_.empty()) return false;
  const char* end = rest_.data() + rest_.size();
  const char* key_end = past_string(rest_.data(), end);
  key_ = {rest_.data() + 1, static_cast<std::size_t>(key_end - rest_.data()) - 2};
  escaped_ = has_escape(key_);
  const char* at = key_end;
  while (is_space(*at)) ++at;
  const std::string_view tail = trim_front({at + 1, static_cast<std::size_t>(end - at) - 1});
  const char* value_end = past_value(tail.data(), end);
  value_ = JsonView({tail.data(), static_cast<std::size_t>(value_end - tail.data())});
  rest_ = trim_front({value_end, static_cast<std::size_t>(end - value_end)});
  if (!rest_.empty()) rest_ = trim_front(rest_.substr(1));  // the comma
  return true;
}

bool ObjectCursor::unescaped_key_is(std::string_view key) const { return unescape(key_) == key; }

ArrayCursor::ArrayCursor(JsonView array)
    : rest_(trim_front(array.raw().substr(1, array.raw().size() - 2))) {}

bool ArrayCursor::next() {
  if (rest_.empty()) return false;
  const char* end = rest_.data() + rest_.size();
  const char* value_end = past_value(rest_.data(), end);
  value_ = JsonView({rest_.data(), static_cast<std::size_t>(value_end - rest_.data())});
  rest_ = trim_front({value_end, static_cast<std::size_t>(end - value_end)});
  if (!rest_.empty()) rest_ = trim_front(rest_.substr(1));
  return true;
}

}  // namespace signal_hub::wire
