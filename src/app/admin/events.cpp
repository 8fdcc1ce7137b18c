// /events: what was logged of late.
#include <algorithm>

#include "app/admin/handlers.hpp"

namespace signal_hub::app::admin {
namespace {

constexpr std::string_view names[] = {"debug", "info", "warn", "error"};

std::string_view name(Level level) { return names[static_cast<std::size_t>(level)]; }

Checked<Level> level_named(const std::optional<std::string>& text) {
  if (!text) return Level::debug;
  for (std::size_t i = 0; i < std::size(names); ++i) {
    if (names[i] == *text) return static_cast<Level>(i);
  }
  return fail(invalid("`level` is debug, info, warn or error."));
}

void write(wire::JsonWriter& out, const EventRing::Entry& entry) {
  out.begin_object().field("sequence", entry.sequence).field("timestamp", entry.at);
  out.field("level", name(entry.level)).field("event", entry.event);
  out.key("fields").begin_object();
  for (const LogField& field : entry.fields) {
    std::visit([&](const auto& value) { out.field(field.name, value); }, field.value);
  }
  out.end_object().end_object();
}

/// The events of a page, and where the next one begins.
struct Slice {
  std::vector<const EventRing::Entry*> entries;
  std::uint64_t after = 0;  // the last sequence looked at
  std::uint64_t missed = 0;
};

/// The newest ones.
Slice newest(const EventRing& ring, Level least, std::size_t limit) {
  Slice slice;
  slice.after = ring.last_sequence();
  const auto& all = ring.entries();
  for (auto at = all.rbegin(); at != all.rend() && slice.entries.size() < limit; ++at) {
    if (at->level >= least) slice.entries.push_back(&*at);
  }
  std::reverse(slice.entries.begin(), slice.entries.end());
  return slice;
}

/// Those that came after `after`.
Slice later(const EventRing& ring, Level least, std::uint64_t after, std::size_t limit) {
  Slice slice;
  slice.after = after;
  const auto& all = ring.entries();
  if (all.empty()) return slice;
  const std::uint64_t first = all.front().sequence;
  if (after + 1 < first) slice.missed = first - after - 1;
  for (std::size_t i = after < first ? 0 : after - first + 1; i < all.size(); ++i) {
    if (slice.entries.size() == limit) return slice;
    slice.after = all[i].sequence;
    if (all[i].level >= least) slice.entries.push_back(&all[i]);
  }
  return slice;
}

}  // namespace

Answer list_events(Call& call) {
  const auto arguments = Arguments::read(call.request.arguments, {"limit", "cursor", "level"});
  if (!arguments) return arguments.error();
  const auto page = page_of(*arguments);
  if (!page) return page.error();
  const auto after = decode_position(page->cursor);
  if (!after) return after.error();
  const auto least = level_named(arguments->text("level"));
  if (!least) return least.error();
  // A cursor from beyond the end is of another run of the hub.
  const bool follows = *after && **after <= call.events.last_sequence();
  const Slice slice = follows ? later(call.events, *least, **after, page->limit)
                              : newest(call.events, *least, page->limit);
  return json([&slice](wire::JsonWriter& out) {
    out.begin_object().key("items").begin_array();
    for (const EventRing::Entry* entry : slice.entries) write(out, *entry);
    out.end_array().field("next", encode_position(slice.after)).field("missed", slice.missed);
    out.end_object();
  });
}

}  // namespace signal_hub::app::admin
