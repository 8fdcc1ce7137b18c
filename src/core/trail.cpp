#include "core/trail.hpp"

#include "base/limits.hpp"
#include "wire/json_check.hpp"
#include "wire/json_view.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::core {
namespace {

std::string text_of(const wire::JsonView& object, std::string_view name) {
  const auto value = object.member(name);
  return value ? value->string().value_or("") : std::string();
}

}  // namespace

void note(Trail& trail, WallTime at, std::string_view event, std::string_view detail) {
  if (trail.size() >= limits::trail_events) trail.erase(trail.begin());
  trail.push_back({at, std::string(event), std::string(detail)});
}

std::string encode(const Trail& trail) {
  std::string json;
  wire::JsonWriter out(json);
  out.begin_array();
  for (const TrailEvent& e : trail) {
    out.begin_object().field("at", e.at).field("event", e.event).field("detail", e.detail);
    out.end_object();
  }
  out.end_array();
  return json;
}

Trail decode_trail(std::string_view json) {
  Trail trail;
  if (wire::check_grammar(json) != wire::JsonVerdict::valid) return trail;  // edited by hand
  const wire::JsonView array(json);
  if (array.kind() != wire::JsonView::Kind::array) return trail;
  for (wire::ArrayCursor c(array); c.next();) {
    const auto at = c.value().is_object() ? c.value().member("at") : std::nullopt;
    const auto ms = at ? at->number() : std::nullopt;
    if (!ms) continue;
    note(trail, from_epoch_ms(static_cast<std::int64_t>(*ms)), text_of(c.value(), "event"),
         text_of(c.value(), "detail"));
  }
  return trail;
}

}  // namespace signal_hub::core
