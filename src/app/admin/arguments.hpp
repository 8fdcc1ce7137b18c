// What a request brings: the query's arguments, the page it wants, and its JSON body.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/admin/refusal.hpp"
#include "app/archive.hpp"
#include "core/admin_views.hpp"
#include "wire/json_view.hpp"

namespace signal_hub::app::admin {

class Arguments {
 public:
  /// `name=value` each. All must be UTF-8, no name twice, and each one of `known`.
  static Checked<Arguments> read(std::span<const std::string> arguments,
                                 std::initializer_list<std::string_view> known);

  /// Nullopt: not given, or empty.
  std::optional<std::string> text(std::string_view name) const;
  Checked<bool> flag(std::string_view name) const;  // false if not given
  Checked<std::optional<std::uint64_t>> number(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

/// Which page: `limit` and `cursor`.
struct PageOf {
  std::size_t limit;
  std::string cursor;  // as this API has given it; empty: the first
};
Checked<PageOf> page_of(const Arguments& arguments);

// Cursors: opaque outside, readable texts inside.
std::string encode_cursor(const core::PageStart& start);
Checked<core::PageStart> decode_cursor(const std::string& cursor);
std::string encode_position(std::uint64_t position);
Checked<std::optional<std::uint64_t>> decode_position(const std::string& cursor);

/// A whole number, decimal.
std::optional<std::uint64_t> whole(std::string_view text);

/// A JSON object with only these members. The result keeps `body`'s bytes: they must outlive it.
Checked<wire::JsonView> object_body(std::string_view body,
                                    std::initializer_list<std::string_view> known);

/// A member that must be there and be a text of 1 to `most` bytes.
Checked<std::string> required_text(wire::JsonView object, std::string_view name, std::size_t most);
/// Empty if it is not there.
Checked<std::string> optional_text(wire::JsonView object, std::string_view name, std::size_t most);
Checked<std::optional<std::uint64_t>> optional_number(wire::JsonView object, std::string_view name);

}  // namespace signal_hub::app::admin
