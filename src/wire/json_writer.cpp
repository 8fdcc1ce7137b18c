#include "wire/json_writer.hpp"

#include <array>
#include <charconv>

#include "wire/plain_text.hpp"

namespace signal_hub::wire {
namespace {

constexpr bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  constexpr std::string_view hex = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out += "\\u00";
  out += hex[byte >> 4U];
  out += hex[byte & 0xfU];
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), end);
}

}  // namespace

void append_string_text(std::string& out, std::string_view text) {
  const char* at = text.data();
  const char* end = at + text.size();
  if (past_plain(at, end) == end) {  // almost always
    out.append(text);
    return;
  }
  while (at != end) {
    const char* past = past_plain(at, end);
    while (past != end && !needs_escape(*past)) past = past_plain(past + 1, end);
    out.append(at, past);
    at = past;
    if (at != end) append_escaped(out, *at++);
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_string_text(out, text);
  out += '"';
}

void JsonWriter::separate() {
  if (!first_) out_ += ',';
  first_ = false;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  out_.append(1, '"').append(name).append("\":");
  first_ = true;  // no comma between a key and its value
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_quoted(out_, text);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  separate();
  append_number(out_, number);
  return *this;
}

JsonWriter& JsonWriter::value(std::span<const std::string> texts) {
  begin_array();
  for (const std::string& text : texts) value(std::string_view(text));
  return end_array();
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

JsonWriter& JsonWriter::signed_number(std::int64_t number) {
  separate();
  append_number(out_, number);
  return *this;
}

JsonWriter& JsonWriter::unsigned_number(std::uint64_t number) {
  separate();
  append_number(out_, number);
  return *this;
}

}  // namespace signal_hub::wire
