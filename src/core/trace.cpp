#include "core/trace.hpp"

#include <string>
#include <utility>

#include "wire/json_view.hpp"

namespace signal_hub::core {
namespace {

constexpr std::string_view no_metadata = "{}";

std::string member(std::string_view metadata, std::string_view name) {
  const auto value = wire::JsonView(metadata).member(name);
  return value ? value->string().value_or(std::string(value->raw())) : std::string();
}

/// Spread evenly over 0 to 1, the same for the same text in every hub (FNV-1a).
double place_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  // FNV's high bits move little between short texts.
  hash ^= hash >> 33U;
  hash *= 0xff51afd7ed558ccdU;
  hash ^= hash >> 33U;
  return static_cast<double>(hash >> 11U) / static_cast<double>(std::uint64_t{1} << 53U);
}

}  // namespace

bool is_traced(const State& state, std::string_view metadata) {
  if (state.trace_sample <= 0 || metadata.size() <= no_metadata.size()) return false;
  const std::string id = member(metadata, "traceId");
  return !id.empty() && place_of(id) < state.trace_sample;
}

void trace(State& state, std::string_view metadata, std::string_view stage,
           std::vector<Event::Field> fields) {
  Event event{LogEvent::message_traced, {{"traceId", member(metadata, "traceId")}}};
  if (std::string span = member(metadata, "spanId"); !span.empty()) {
    event.fields.push_back({"spanId", std::move(span)});
  }
  event.fields.push_back({"stage", std::string(stage)});
  for (Event::Field& field : fields) event.fields.push_back(std::move(field));
  state.events.push_back(std::move(event));
}

}  // namespace signal_hub::core
