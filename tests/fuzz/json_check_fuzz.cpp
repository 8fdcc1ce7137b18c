// The JSON checker and the grammar agree on every text, and views of a valid one stay inside it.
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static JsonChecker checker;
  std::string padded(reinterpret_cast<const char*>(data), size);
  padded.append(JsonChecker::padding, ' ');
  const std::string_view text = std::string_view(padded).substr(0, size);
  const JsonVerdict verdict = checker.check(text);
  if (verdict != check_grammar(text)) std::abort();
  if (verdict == JsonVerdict::valid) walk(JsonView(text), 0);
  return 0;
}
