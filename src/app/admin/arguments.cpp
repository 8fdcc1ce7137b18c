#include "app/admin/arguments.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/limits.hpp"
#include "wire/json_check.hpp"

namespace signal_hub::app::admin {
namespace {

bool is_utf8(std::string_view text) {
  return wire::check_grammar(text) != wire::JsonVerdict::bad_utf8;
}

bool contains(std::initializer_list<std::string_view> known, std::string_view name) {
  return std::find(known.begin(), known.end(), name) != known.end();
}

std::string quoted(std::string_view name) { return "`" + std::string(name) + "`"; }

}  // namespace

std::optional<std::uint64_t> whole(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Checked<Arguments> Arguments::read(std::span<const std::string> arguments,
                                   std::initializer_list<std::string_view> known) {
  Arguments all;
  for (const std::string& argument : arguments) {
    if (argument.empty()) continue;
    const std::size_t equals = std::min(argument.find('='), argument.size());
    const std::string name = argument.substr(0, equals);
    if (!is_utf8(argument)) return fail(invalid("The query is not UTF-8."));
    if (!contains(known, name)) {
      return fail(invalid("There is no argument " + quoted(name) + " here."));
    }
    if (all.text(name)) return fail(invalid("The argument " + quoted(name) + " is given twice."));
    all.values_.emplace_back(name, argument.substr(std::min(equals + 1, argument.size())));
  }
  return all;
}

std::optional<std::string> Arguments::text(std::string_view name) const {
  for (const auto& [key, value] : values_) {
    if (key == name && !value.empty()) return value;
  }
  return std::nullopt;
}

Checked<bool> Arguments::flag(std::string_view name) const {
  const auto value = text(name);
  if (!value || *value == "false") return false;
  if (*value == "true") return true;
  return fail(invalid("The argument " + quoted(name) + " is true or false."));
}

Checked<std::optional<std::uint64_t>> Arguments::number(std::string_view name) const {
  const auto value = text(name);
  if (!value) return std::optional<std::uint64_t>();
  const auto number = whole(*value);
  if (!number) {
    return fail(invalid("The argument " + quoted(name) + " is a whole number, 0 or more."));
  }
  return number;
}

Checked<PageOf> page_of(const Arguments& arguments) {
  auto limit = arguments.number("limit");
  if (!limit) return fail(limit.error());
  const std::uint64_t wanted = limit->value_or(limits::admin_page);
  if (wanted == 0 || wanted > limits::admin_page_max) {
    return fail(invalid("`limit` is 1 to " + std::to_string(limits::admin_page_max) + "."));
  }
  return PageOf{wanted, arguments.text("cursor").value_or("")};
}

std::string encode_cursor(const core::PageStart& start) {
  if (!start.address.empty()) return "a" + start.address;
  return (start.by_slot ? "d" : "s") + std::to_string(start.slot);
}

Checked<core::PageStart> decode_cursor(const std::string& cursor) {
  if (cursor.empty()) return core::PageStart{};
  const std::string rest = cursor.substr(1);
  if (cursor.front() == 'a' && !rest.empty()) return core::PageStart{0, rest, false};
  const auto slot = whole(rest);
  if ((cursor.front() != 's' && cursor.front() != 'd') || !slot || *slot > UINT32_MAX) {
    return fail(invalid("`cursor` is not one of this API.", "Pass what `next` was, unchanged."));
  }
  return core::PageStart{static_cast<std::uint32_t>(*slot), {}, cursor.front() == 'd'};
}

std::string encode_position(std::uint64_t position) { return "p" + std::to_string(position); }

Checked<std::optional<std::uint64_t>> decode_position(const std::string& cursor) {
  if (cursor.empty()) return std::optional<std::uint64_t>();
  const auto position = cursor.front() == 'p' ? whole(cursor.substr(1)) : std::nullopt;
  if (position) return position;
  return fail(invalid("`cursor` is not one of this API.", "Pass what `next` was, unchanged."));
}

Checked<wire::JsonView> object_body(std::string_view body,
                                    std::initializer_list<std::string_view> known) {
  const bool valid = wire::check_grammar(body) == wire::JsonVerdict::valid;
  const wire::JsonView object = valid ? wire::JsonView(body) : wire::JsonView();
  if (!object.is_object()) return fail(invalid("The body is not a JSON object in UTF-8."));
  for (wire::ObjectCursor member(object); member.next();) {
    if (!contains(known, member.raw_key())) {
      return fail(invalid("There is no member " + quoted(member.raw_key()) + " here."));
    }
  }
  return object;
}

Checked<std::string> optional_text(wire::JsonView object, std::string_view name, std::size_t most) {
  const auto member = object.member(name);
  if (!member || member->is_null()) return std::string();
  const auto text = member->string();
  if (!text || text->empty() || text->size() > most) {
    return fail(invalid("The member " + quoted(name) + " is a text of 1 to " +
                        std::to_string(most) + " bytes."));
  }
  return *text;
}

Checked<std::string> required_text(wire::JsonView object, std::string_view name, std::size_t most) {
  auto text = optional_text(object, name, most);
  if (text && text->empty()) return fail(invalid("The member " + quoted(name) + " is missing."));
  return text;
}

Checked<std::optional<std::uint64_t>> optional_number(wire::JsonView object,
                                                      std::string_view name) {
  const auto member = object.member(name);
  if (!member || member->is_null()) return std::optional<std::uint64_t>();
  const auto number = member->integer();
  if (!number || *number < 0) {
    return fail(invalid("The member " + quoted(name) + " is a whole number, 0 or more."));
  }
  return std::optional(static_cast<std::uint64_t>(*number));
}

}  // namespace signal_hub::app::admin
