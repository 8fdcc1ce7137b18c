#include "wire/json_check.hpp"

#include <simdjson.h>

#include <bitset>

#include "base/limits.hpp"

namespace signal_hub::wire {
namespace {

/// Walks a text by the grammar of RFC 8259; every method returns false at the first fault.
class Grammar {
 public:
  explicit Grammar(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  JsonVerdict run() {
    if (!value()) return too_deep_ ? JsonVerdict::too_deep : JsonVerdict::malformed;
    while (depth_ > 0) {
      if (!continue_container()) return too_deep_ ? JsonVerdict::too_deep : JsonVerdict::malformed;
    }
    skip_space();
    return at_ == end_ ? JsonVerdict::valid : JsonVerdict::malformed;
  }

 private:
  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
  }

  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  bool word(std::string_view w) {
    if (static_cast<std::size_t>(end_ - at_) < w.size()) return false;
    if (std::string_view(at_, w.size()) != w) return false;
    at_ += w.size();
    return true;
  }

  bool digits() {
    const char* start = at_;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
    return at_ != start;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }

  bool escape() {
    if (at_ == end_) return false;
    const char c = *at_++;
    if (c != 'u') return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    for (int i = 0; i < 4; ++i, ++at_) {
      if (at_ == end_ || std::isxdigit(static_cast<unsigned char>(*at_)) == 0) return false;
    }
    return true;
  }

  bool string() {
    if (!take('"')) return false;
    while (at_ != end_) {
      const char c = *at_++;
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !escape()) return false;
    }
    return false;
  }

  bool open(bool object) {
    if (depth_ == limits::json_depth) {
      too_deep_ = true;
      return false;
    }
    ++at_;
    objects_[depth_++] = object;
    fresh_ = true;
    return true;
  }

  bool value() {
    skip_space();
    if (at_ == end_) return false;
    switch (*at_) {
      case '{': return open(true);
      case '[': return open(false);
      case '"': return string();
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return number();
    }
  }

  /// The next member, element or end of the innermost container.
  bool continue_container() {
    const bool object = objects_[depth_ - 1];
    const bool first = std::exchange(fresh_, false);
    skip_space();
    if (take(object ? '}' : ']')) {
      --depth_;
      return true;
    }
    if (!first && !take(',')) return false;
    if (object) {
      skip_space();
      if (!string()) return false;
      skip_space();
      if (!take(':')) return false;
    }
    return value();
  }

  const char* at_;
  const char* end_;
  std::bitset<limits::json_depth> objects_;
  std::size_t depth_ = 0;
  bool fresh_ = false;  // the innermost container is still empty
  bool too_deep_ = false;
};

// A parser that has grown beyond this for one message is replaced, so that memory returns.
constexpr std::size_t kept_capacity = std::size_t{256} * 1024;

}  // namespace

JsonVerdict check_grammar(std::string_view text) {
  if (!simdjson::validate_utf8(text)) return JsonVerdict::bad_utf8;
  return Grammar(text).run();
}

struct JsonChecker::Impl {
  simdjson::dom::parser parser;
};

static_assert(JsonChecker::padding >= simdjson::SIMDJSON_PADDING);

JsonChecker::JsonChecker() : impl_(std::make_unique<Impl>()) {}
JsonChecker::~JsonChecker() = default;

JsonVerdict JsonChecker::check(std::string_view text) {
  simdjson::dom::parser& parser = impl_->parser;
  if (parser.capacity() < text.size() || parser.max_depth() != limits::json_depth) {
    const std::size_t wanted = std::max<std::size_t>(text.size(), 4096);
    if (parser.allocate(wanted, limits::json_depth) != simdjson::SUCCESS) {
      return check_grammar(text);
    }
  }
  const auto error = parser.parse(text.data(), text.size(), false).error();
  if (parser.capacity() > kept_capacity) impl_->parser = simdjson::dom::parser();
  // Whatever the fast parser objects to, the grammar has the last word: numbers beyond a double and
  // lone surrogates are valid here.
  return error == simdjson::SUCCESS ? JsonVerdict::valid : check_grammar(text);
}

}  // namespace signal_hub::wire
