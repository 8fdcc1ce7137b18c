// Full validation of a JSON text, once, on receipt (RFC 8259; PROTOCOL.md §2).
//
// The grammar's own walk is the judge, and the faster one for short texts. simdjson's DOM goes
// first for long ones; it refuses numbers outside int64/uint64/double and escaped lone surrogates,
// which are valid here: whatever it objects to goes to the grammar.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

namespace signal_hub::wire {

enum class JsonVerdict { valid, malformed, too_deep, bad_utf8 };

/// A member of an object, as slices of the text.
struct JsonMember {
  std::string_view key;  // between its quotes, as written
  bool key_has_escapes = false;
  std::string_view value{};
};

/// The members of an outermost object and of the objects among their values, in order.
struct JsonOutline {
  struct Outer : JsonMember {
    std::size_t first = 0;  // of its own members in `inner`
    std::size_t count = 0;
  };
  std::vector<Outer> members;
  std::vector<JsonMember> inner;
  bool escapes = false;  // anywhere in the text

  void clear();
};

/// RFC 8259 grammar alone: no conversion, no recursion, depth bounded by limits::json_depth.
JsonVerdict check_grammar(std::string_view text);

/// Holds the parser's memory between calls. One per hub; not thread-safe.
class JsonChecker {
 public:
  JsonChecker();
  ~JsonChecker();
  JsonChecker(const JsonChecker&) = delete;
  JsonChecker& operator=(const JsonChecker&) = delete;

  /// REQUIRES: at least `padding` readable bytes follow `text` (their values do not matter).
  JsonVerdict check(std::string_view text) { return check(text, nullptr); }

  /// The same, and the outline of a valid object.
  JsonVerdict check(std::string_view text, JsonOutline& outline) { return check(text, &outline); }

  static constexpr std::size_t padding = 64;
  /// Longer texts go to simdjson first.
  static constexpr std::size_t short_text = 2048;

 private:
  JsonVerdict check(std::string_view text, JsonOutline* outline);
  bool parses(std::string_view text);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signal_hub::wire
