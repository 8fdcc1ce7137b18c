#include "wire/json_grammar.hpp"

#include <cctype>
#include <cstring>
#include <utility>

#include "wire/plain_text.hpp"

// Called from one or two places each, millions of times a second.
#define HOT [[gnu::always_inline]] inline

namespace signal_hub::wire {
namespace {

HOT const char* skip_space(const char* at, const char* end) {
  if (at != end && static_cast<unsigned char>(*at) > ' ') return at;  // almost always
  while (at != end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) ++at;
  return at;
}

const char* skip_digits(const char* at, const char* end) {
  while (at != end && *at >= '0' && *at <= '9') ++at;
  return at;
}

/// Null unless a digit was there.
const char* digits(const char* at, const char* end) {
  const char* past = skip_digits(at, end);
  return past == at ? nullptr : past;
}

bool is(const char* at, const char* end, char c) { return at != end && *at == c; }

const char* number(const char* at, const char* end) {
  if (is(at, end, '-')) ++at;
  at = is(at, end, '0') ? at + 1 : digits(at, end);
  if (at != nullptr && is(at, end, '.')) at = digits(at + 1, end);
  if (at == nullptr || (!is(at, end, 'e') && !is(at, end, 'E'))) return at;
  ++at;
  if (is(at, end, '+') || is(at, end, '-')) ++at;
  return digits(at, end);
}

const char* word(const char* at, const char* end, std::string_view w) {
  if (static_cast<std::size_t>(end - at) < w.size()) return nullptr;
  return std::memcmp(at, w.data(), w.size()) == 0 ? at + w.size() : nullptr;
}

/// Past the backslash.
const char* escape(const char* at, const char* end) {
  if (at == end) return nullptr;
  const char c = *at++;
  if (c != 'u') return std::strchr("\"\\/bfnrt", c) != nullptr && c != '\0' ? at : nullptr;
  for (int i = 0; i < 4; ++i, ++at) {
    if (at == end || std::isxdigit(static_cast<unsigned char>(*at)) == 0) return nullptr;
  }
  return at;
}

}  // namespace

HOT void JsonGrammar::note_key(std::string_view key, bool has_escapes) {
  if (depth_ == 1) {
    outline_->members.push_back({{key, has_escapes}, outline_->inner.size(), 0});
  } else if (objects_[0]) {
    outline_->inner.push_back({key, has_escapes});
  }
}

/// The value that ended at `at` is a member's if all around it are objects.
HOT void JsonGrammar::note_value(const char* value, const char* at) {
  const std::string_view text(value, static_cast<std::size_t>(at - value));
  if (depth_ == 1 && objects_[0]) {
    JsonOutline::Outer& member = outline_->members.back();
    member.value = text;
    member.count = outline_->inner.size() - member.first;
  } else if (depth_ == 2 && objects_[0] && objects_[1]) {
    outline_->inner.back().value = text;
  }
}

HOT const char* JsonGrammar::string(const char* at, const char* end) {
  if (!is(at, end, '"')) return nullptr;
  const char* past = past_plain(at + 1, end);
  return is(past, end, '"') ? past + 1 : string_from(past, end);
}

/// A string with more in it than plain bytes: `at` is its first other one, or `end`.
const char* JsonGrammar::string_from(const char* at, const char* end) {
  for (;; at = past_plain(at, end)) {
    if (at == end) return nullptr;
    const auto byte = static_cast<unsigned char>(*at++);
    if (byte == '"') return at;
    if (byte == '\\') {
      escapes_ = true;
      at = escape(at, end);
      if (at == nullptr) return nullptr;
    } else if (byte < 0x20) {
      return nullptr;
    } else {
      beyond_ascii_ = true;
      while (at != end && static_cast<unsigned char>(*at) >= 0x80) ++at;
    }
  }
}

HOT const char* JsonGrammar::key(const char* at, const char* end) {
  const char* text = at + 1;
  const bool before = std::exchange(escapes_, false);
  at = string(at, end);
  if (at == nullptr) return nullptr;
  if (noted()) note_key({text, static_cast<std::size_t>(at - text) - 1}, escapes_);
  escapes_ = escapes_ || before;
  at = skip_space(at, end);
  return is(at, end, ':') ? at + 1 : nullptr;
}

HOT const char* JsonGrammar::scalar(const char* at, const char* end) {
  switch (*at) {
    case '"': return string(at, end);
    case 't': return word(at, end, "true");
    case 'f': return word(at, end, "false");
    case 'n': return word(at, end, "null");
    default: return number(at, end);
  }
}

HOT const char* JsonGrammar::open(const char* at) {
  if (depth_ == limits::json_depth) {
    too_deep_ = true;
    return nullptr;
  }
  if (depth_ <= noted_depth) opened_[depth_] = at;
  objects_[depth_++] = *at == '{';
  fresh_ = true;
  return at + 1;
}

HOT const char* JsonGrammar::value(const char* at, const char* end) {
  at = skip_space(at, end);
  if (at == end) return nullptr;
  if (*at == '{' || *at == '[') return open(at);
  const char* past = scalar(at, end);
  if (past != nullptr && noted()) note_value(at, past);
  return past;
}

/// The next member, element or end of the innermost container.
HOT const char* JsonGrammar::next(const char* at, const char* end) {
  const bool object = objects_[depth_ - 1];
  const bool first = std::exchange(fresh_, false);
  at = skip_space(at, end);
  if (at == end) return nullptr;
  if (*at == (object ? '}' : ']')) {
    --depth_;
    if (noted()) note_value(opened_[depth_], at + 1);
    return at + 1;
  }
  if (!first && *at++ != ',') return nullptr;
  if (!object) return value(at, end);
  at = key(skip_space(at, end), end);
  return at == nullptr ? nullptr : value(at, end);
}

JsonVerdict JsonGrammar::run(std::string_view text) {
  if (outline_ != nullptr) outline_->clear();
  const char* end = text.data() + text.size();
  const char* at = value(text.data(), end);
  while (at != nullptr && depth_ > 0) at = next(at, end);
  if (outline_ != nullptr) outline_->escapes = escapes_;
  if (at != nullptr && skip_space(at, end) == end) return JsonVerdict::valid;
  return too_deep_ ? JsonVerdict::too_deep : JsonVerdict::malformed;
}

}  // namespace signal_hub::wire
