// Full validation of a JSON text, once, on receipt (RFC 8259; PROTOCOL.md §2).
//
// simdjson's DOM does the work. It refuses numbers outside int64/uint64/double and escaped lone
// surrogates, which are valid here: on those errors a small grammar check decides.
#pragma once

#include <memory>
#include <string_view>

namespace signal_hub::wire {

enum class JsonVerdict { valid, malformed, too_deep, bad_utf8 };

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
  JsonVerdict check(std::string_view text);

  static constexpr std::size_t padding = 64;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signal_hub::wire
