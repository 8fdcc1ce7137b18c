#include "app/admin/dead_letter_filter.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace signal_hub::app::admin {
namespace {

constexpr std::size_t filter_bytes = 256;

using Text = Checked<std::string>;
using Number = Checked<std::optional<std::uint64_t>>;

/// The beginning of time at the earliest.
WallTime before(Now now, std::uint64_t ms) {
  const auto all = static_cast<std::uint64_t>(epoch_ms(now.wall));
  return now.wall - Millis{static_cast<std::int64_t>(std::min(ms, all))};
}

Checked<DeadLetterFilter> filter_of(Text target, Text reason, const Number& older,
                                    const Number& newer, Now now) {
  if (!target) return fail(target.error());
  if (!reason) return fail(reason.error());
  if (!older) return fail(older.error());
  if (!newer) return fail(newer.error());
  DeadLetterFilter filter{std::move(*target), std::move(*reason), {}, {}};
  if (*older) filter.dead_until = before(now, **older);
  if (*newer) filter.dead_after = before(now, **newer);
  return filter;
}

Text short_text(const Arguments& arguments, std::string_view name) {
  std::string text = arguments.text(name).value_or("");
  if (text.size() <= filter_bytes) return text;
  return fail(invalid("A filter has at most " + std::to_string(filter_bytes) + " bytes."));
}

}  // namespace

Checked<DeadLetterFilter> dead_letter_filter(const Arguments& arguments, Now now) {
  return filter_of(short_text(arguments, "target"), short_text(arguments, "reason"),
                   arguments.number("olderThan"), arguments.number("newerThan"), now);
}

Checked<DeadLetterFilter> dead_letter_filter(wire::JsonView body, Now now) {
  return filter_of(optional_text(body, "target", filter_bytes),
                   optional_text(body, "reason", filter_bytes), optional_number(body, "olderThan"),
                   optional_number(body, "newerThan"), now);
}

}  // namespace signal_hub::app::admin
