#include "app/event_log.hpp"

namespace signal_hub::app {

Level level_of(core::Severity severity) {
  switch (severity) {
    case core::Severity::debug: return Level::debug;
    case core::Severity::info: return Level::info;
    case core::Severity::warn: return Level::warn;
    case core::Severity::error: return Level::error;
  }
  return Level::error;
}

void log_event(Logger& logger, const core::Event& event, WallTime at) {
  const core::LogEventInfo& row = core::info(event.event);
  const Level level = level_of(row.severity);
  if (!logger.enabled(level)) return;
  std::vector<LogField> fields;
  fields.reserve(event.fields.size());
  for (const core::Event::Field& field : event.fields) {
    std::visit([&](const auto& value) { fields.push_back({field.name, value}); }, field.value);
  }
  logger.write(at, level, row.name, fields);
}

}  // namespace signal_hub::app
