// signal-hub docs: the tables the documentation is compared with.
#include <algorithm>

#include "app/health.hpp"
#include "app/metrics.hpp"
#include "base/error.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "config/render.hpp"
#include "core/log_events.hpp"
#include "wire/requests.hpp"

namespace signal_hub::cli {
namespace {

std::string item(std::string_view macro, std::string_view name, std::string_view text) {
  return ".It " + std::string(macro) + " " + std::string(name) + "\n" + std::string(text) + "\n";
}

std::string list(const std::string& items) { return ".Bl -tag -width Ds\n" + items + ".El\n"; }

std::string log_events() {
  static constexpr std::string_view names[] = {"debug", "info", "warn", "error"};
  std::string items;
  for (const core::LogEventInfo& row : core::log_event_table()) {
    const std::string level(names[static_cast<std::size_t>(row.severity)]);
    items += item("Sy", std::string(row.name) + " Pq " + level, row.meaning);
  }
  return list(items);
}

std::string errors() {
  std::string items;
  for (const ErrorInfo& row : error_table()) {
    items +=
        item("Ql", std::string(row.name) + (row.retryable ? " Pq retryable" : ""), row.meaning);
  }
  return list(items);
}

std::string message_types() {
  std::string items;
  for (const wire::RequestType& row : wire::request_types()) {
    items += item("Ql", row.name, row.meaning);
  }
  return list(items);
}

std::string metrics() {
  std::string items;
  for (const app::MetricInfo& row : app::metric_table()) {
    items +=
        item("Ql", "signalhub_" + std::string(row.name) + " Pq " + std::string(row.type), row.help);
  }
  return list(items);
}

std::string health_checks() {
  std::string items;
  for (const app::HealthCheckInfo& row : app::health_check_table()) {
    items += item("Ql", row.name, row.meaning);
  }
  return list(items);
}

/// Bash: the flags of serving, and the commands.
std::string completion() {
  std::string names;
  for (const Command& row : command_table()) {
    if (!row.hidden) names += (names.empty() ? "" : " ") + std::string(row.name);
  }
  return config::render_completion() + "_signal_hub_commands='" + names + "'\n";
}

std::string commands() {
  std::string items;
  for (const Command& row : command_table()) {
    if (row.hidden) continue;
    const std::string synopsis = row.synopsis.empty() ? "" : " Ar " + std::string(row.synopsis);
    items += item("Cm", std::string(row.name) + synopsis, row.help);
  }
  return list(items);
}

struct Section {
  std::string_view name;
  std::string (*render)();
};

constexpr Section sections[] = {
    {"options", config::render_mdoc}, {"options-markdown", config::render_markdown},
    {"log-events", log_events},       {"errors", errors},
    {"message-types", message_types}, {"metrics", metrics},
    {"commands", commands},           {"config-file", config::render_toml},
    {"completion", completion},       {"health-checks", health_checks},
};

}  // namespace

int docs_command(std::span<const std::string> arguments, std::istream&, std::ostream& out,
                 std::ostream& err) {
  const std::string wanted = arguments.size() == 1 ? arguments[0] : "";
  for (const Section& section : sections) {
    if (section.name != wanted) continue;
    out << section.render();
    return exit_ok;
  }
  err << "signal-hub docs: name one of";
  for (const Section& section : sections) err << " " << section.name;
  err << ".\n";
  return exit_usage;
}

}  // namespace signal_hub::cli
