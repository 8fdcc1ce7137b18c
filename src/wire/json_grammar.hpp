// The grammar of JSON (RFC 8259), walked once over a text. Internal to wire.
//
// No conversion, no recursion, depth bounded by limits::json_depth; strings are passed sixteen
// bytes at a time. On the way it notes where the members are that an envelope's reader asks for, so
// that it needs no walk of its own.
#pragma once

#include <bitset>
#include <cstddef>
#include <string_view>

#include "base/limits.hpp"
#include "wire/json_check.hpp"

namespace signal_hub::wire {

class JsonGrammar {
 public:
  /// `outline`, if not null, is filled while the text is walked; of use only if it is valid.
  explicit JsonGrammar(JsonOutline* outline) : outline_(outline) {}

  /// Everything but whether bytes beyond ASCII are UTF-8.
  JsonVerdict run(std::string_view text);

  /// A byte beyond ASCII stood in a string.
  bool beyond_ascii() const { return beyond_ascii_; }

 private:
  // Each passes what it is named for and returns where it ends; null: it is not there.
  const char* string(const char* at, const char* end);
  const char* string_from(const char* at, const char* end);
  const char* key(const char* at, const char* end);
  const char* scalar(const char* at, const char* end);
  const char* open(const char* at);
  const char* next(const char* at, const char* end);
  const char* value(const char* at, const char* end);
  void note_key(std::string_view key, bool has_escapes);
  void note_value(const char* value, const char* at);
  bool noted() const { return outline_ != nullptr && depth_ <= noted_depth; }

  static constexpr std::size_t noted_depth = 2;

  JsonOutline* outline_;
  const char* opened_[noted_depth + 1] = {};  // where the container at that depth began
  std::bitset<limits::json_depth> objects_;
  std::size_t depth_ = 0;
  bool fresh_ = false;  // the innermost container is still empty
  bool escapes_ = false;
  bool beyond_ascii_ = false;
  bool too_deep_ = false;
};

}  // namespace signal_hub::wire
