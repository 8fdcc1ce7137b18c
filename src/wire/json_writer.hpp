// JsonWriter: appends JSON to a string, without intermediate values.
//
// Commas are placed by the writer; keys must be plain ASCII without quotes or backslashes.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace signal_hub::wire {

/// Appends `text` as a quoted JSON string. Invalid UTF-8 must not be passed.
void append_quoted(std::string& out, std::string_view text);

/// The same without the quotes around it.
void append_string_text(std::string& out, std::string_view text);

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(std::integral auto number) {
    if constexpr (std::same_as<decltype(number), bool>) {
      return raw(number ? "true" : "false");
    } else if constexpr (std::is_signed_v<decltype(number)>) {
      return signed_number(number);
    } else {
      return unsigned_number(number);
    }
  }
  JsonWriter& value(double number);  // shortest form that reads back the same; finite
  JsonWriter& value(WallTime time) { return signed_number(epoch_ms(time)); }
  JsonWriter& value(std::span<const std::string> texts);
  JsonWriter& null() { return raw("null"); }

  /// A JSON value already encoded.
  JsonWriter& raw(std::string_view json);

  template <class T>
  JsonWriter& field(std::string_view name, const T& v) {
    return key(name).value(v);
  }
  JsonWriter& raw_field(std::string_view name, std::string_view json) {
    return key(name).raw(json);
  }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& signed_number(std::int64_t number);
  JsonWriter& unsigned_number(std::uint64_t number);
  void separate();

  std::string& out_;
  bool first_ = true;  // nothing precedes in the innermost container
};

}  // namespace signal_hub::wire
