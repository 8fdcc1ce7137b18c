// JsonView: a value inside a JSON text that has been validated; reads it in place.
//
// A view is a slice of the received bytes: whoever keeps it keeps the bytes alive. Nothing is
// converted until it is asked for, and numbers keep their digits when a slice is forwarded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace signal_hub::wire {

/// The text between a string's quotes, its escapes resolved; lone surrogates become U+FFFD.
/// REQUIRES: valid.
std::string unescape(std::string_view text);

class JsonView {
 public:
  enum class Kind { null, boolean, number, string, array, object };

  JsonView() : text_("null") {}

  /// REQUIRES: `text` is one valid JSON value; surrounding white space is trimmed.
  explicit JsonView(std::string_view text);

  /// REQUIRES: `text` is one valid JSON value and nothing else.
  static JsonView exactly(std::string_view text) {
    JsonView view;
    view.text_ = text;
    return view;
  }

  /// The slice, byte for byte.
  std::string_view raw() const { return text_; }

  Kind kind() const {
    switch (text_.front()) {
      case '"': return Kind::string;
      case '{': return Kind::object;
      case '[': return Kind::array;
      case 't':
      case 'f': return Kind::boolean;
      case 'n': return Kind::null;
      default: return Kind::number;
    }
  }
  bool is_null() const { return kind() == Kind::null; }
  bool is_object() const { return kind() == Kind::object; }

  // Nullopt: another kind, or (numbers) not representable in the result type.
  std::optional<bool> boolean() const;
  std::optional<std::string> string() const;    // unescaped; lone surrogates become U+FFFD
  std::optional<double> number() const;         // finite
  std::optional<std::int64_t> integer() const;  // 3 and 3.0 and 3e0, not 3.5

  /// A string without escapes, in place; nullopt when it has escapes or is no string.
  std::optional<std::string_view> plain_string() const;

  /// The last member of that name (keys compared unescaped); nullopt when missing or no object.
  std::optional<JsonView> member(std::string_view key) const;

 private:
  std::string_view text_;
};

/// Walks the members of an object in order: `for (ObjectCursor c(v); c.next();)`.
/// REQUIRES: v.is_object().
class ObjectCursor {
 public:
  explicit ObjectCursor(JsonView object);
  bool next();
  /// The key between its quotes, as written.
  std::string_view raw_key() const { return key_; }
  bool has_escaped_key() const { return escaped_; }
  /// Compares it unescaped.
  bool key_is(std::string_view key) const { return escaped_ ? unescaped_key_is(key) : key_ == key; }
  JsonView value() const { return value_; }

 private:
  bool unescaped_key_is(std::string_view key) const;

  std::string_view rest_;
  std::string_view key_;
  bool escaped_ = false;  // the key has escapes
  JsonView value_;
};

/// Walks the elements of an array. REQUIRES: v.kind() == array.
class ArrayCursor {
 public:
  explicit ArrayCursor(JsonView array);
  bool next();
  JsonView value() const { return value_; }

 private:
  std::string_view rest_;
  JsonView value_;
};

}  // namespace signal_hub::wire
