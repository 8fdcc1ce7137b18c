// The JSON checker and the grammar agree on every text, and views of a valid one stay inside it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "wire/json_check.hpp"
#include "wire/json_view.hpp"

namespace {

using namespace signal_hub::wire;

void walk(const JsonView& value, int depth) {
  if (depth > 300) std::abort();
  (void)value.string();
  (void)value.number();
  (void)value.integer();
  if (value.kind() == JsonView::Kind::object) {
    for (ObjectCursor c(value); c.next();) walk(c.value(), depth + 1);
  } else if (value.kind() == JsonView::Kind::array) {
    for (ArrayCursor c(value); c.next();) walk(c.value(), depth + 1);
  } else if (check_grammar(value.raw()) != JsonVerdict::valid) {
    std::abort();
  }
}

/// Blanks make it a long text, which is checked and outlined in another way, to the same end.
void compare_outlines(JsonChecker& checker, std::string_view text, const JsonOutline& outline) {
  std::string padded(text);
  padded.append(JsonChecker::short_text + 1 + JsonChecker::padding, ' ');
  const std::string_view long_text(padded.data(), padded.size() - JsonChecker::padding);
  JsonOutline other;
  if (checker.check(long_text, other) != check_grammar(text)) std::abort();
  if (check_grammar(text) != JsonVerdict::valid) return;
  const auto same = [](const JsonMember& a, const JsonMember& b) {
    return a.key == b.key && a.key_has_escapes == b.key_has_escapes && a.value == b.value;
  };
  if (!std::equal(outline.members.begin(), outline.members.end(), other.members.begin(),
                  other.members.end(), same) ||
      !std::equal(outline.inner.begin(), outline.inner.end(), other.inner.begin(),
                  other.inner.end(), same) ||
      outline.escapes != other.escapes) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static JsonChecker checker;
  std::string padded(reinterpret_cast<const char*>(data), size);
  padded.append(JsonChecker::padding, ' ');
  const std::string_view text = std::string_view(padded).substr(0, size);
  JsonOutline outline;
  const JsonVerdict verdict = checker.check(text, outline);
  if (verdict != check_grammar(text)) std::abort();
  compare_outlines(checker, text, outline);
  if (verdict == JsonVerdict::valid) walk(JsonView(text), 0);
  return 0;
}
