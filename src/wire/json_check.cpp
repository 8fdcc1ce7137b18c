#include "wire/json_check.hpp"

#include <simdjson.h>

#include "base/limits.hpp"
#include "wire/json_grammar.hpp"
#include "wire/json_view.hpp"

namespace signal_hub::wire {
namespace {

/// Short of a fault in the encoding, which outweighs every other, the grammar's verdict.
JsonVerdict judge(std::string_view text, JsonOutline* outline) {
  JsonGrammar grammar(outline);
  const JsonVerdict verdict = grammar.run(text);
  const bool ascii = verdict == JsonVerdict::valid && !grammar.beyond_ascii();
  return ascii || simdjson::validate_utf8(text) ? verdict : JsonVerdict::bad_utf8;
}

/// REQUIRES: the text is valid.
void outline_of(std::string_view text, JsonOutline& outline) {
  outline.clear();
  outline.escapes = text.find('\\') != std::string_view::npos;
  const JsonView root(text);
  if (!root.is_object()) return;
  for (ObjectCursor c(root); c.next();) {
    const std::size_t first = outline.inner.size();
    if (c.value().is_object()) {
      for (ObjectCursor in(c.value()); in.next();) {
        outline.inner.push_back({in.raw_key(), in.has_escaped_key(), in.value().raw()});
      }
    }
    const JsonMember member{c.raw_key(), c.has_escaped_key(), c.value().raw()};
    outline.members.push_back({member, first, outline.inner.size() - first});
  }
}

// A parser that has grown beyond this for one message is replaced, so that memory returns.
constexpr std::size_t kept_capacity = std::size_t{256} * 1024;

}  // namespace

void JsonOutline::clear() {
  members.clear();
  inner.clear();
  escapes = false;
}

JsonVerdict check_grammar(std::string_view text) { return judge(text, nullptr); }

struct JsonChecker::Impl {
  simdjson::dom::parser parser;
};

static_assert(JsonChecker::padding >= simdjson::SIMDJSON_PADDING);

JsonChecker::JsonChecker() : impl_(std::make_unique<Impl>()) {}
JsonChecker::~JsonChecker() = default;

bool JsonChecker::parses(std::string_view text) {
  simdjson::dom::parser& parser = impl_->parser;
  if (parser.capacity() < text.size() || parser.max_depth() != limits::json_depth) {
    if (parser.allocate(text.size(), limits::json_depth) != simdjson::SUCCESS) return false;
  }
  const auto error = parser.parse(text.data(), text.size(), false).error();
  if (parser.capacity() > kept_capacity) impl_->parser = simdjson::dom::parser();
  return error == simdjson::SUCCESS;
}

JsonVerdict JsonChecker::check(std::string_view text, JsonOutline* outline) {
  if (text.size() <= short_text || !parses(text)) return judge(text, outline);
  if (outline != nullptr) outline_of(text, *outline);
  return JsonVerdict::valid;
}

}  // namespace signal_hub::wire
