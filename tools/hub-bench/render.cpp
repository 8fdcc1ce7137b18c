#include <algorithm>

#include "options.hpp"

namespace hub_bench {
namespace {

constexpr std::size_t help_column = 24;
constexpr std::size_t help_width = 100;

/// `text` behind `line`, broken between words.
std::string wrapped(std::string line, std::string_view text) {
  line.resize(std::max(line.size() + 1, help_column), ' ');
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (line.size() > help_column && line.size() + end > help_width) {
      out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
      line.assign(help_column, ' ');
    }
    line.append(text.substr(0, end)) += ' ';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

/// Each sentence on a line of its own.
std::string mdoc_text(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] != '.' || i + 1 >= text.size() || text[i + 1] != ' ') continue;
    out += '\n';
    ++i;
  }
  return out + "\n";
}

std::string mdoc_flags() {
  std::string out = ".Bl -tag -width Ds\n";
  for (const Flag& flag : flag_table()) {
    out += ".It Fl -" + std::string(flag.name);
    if (!flag.metavar.empty()) out += " Ar " + std::string(flag.metavar);
    out += "\n" + mdoc_text(flag.help);
    if (!flag.fallback.empty()) {
      out += "The default is\n.Ql " + std::string(flag.fallback) + " .\n";
    }
  }
  return out + ".El\n";
}

std::string mdoc_scenarios() {
  std::string out = ".Bl -tag -width Ds\n";
  for (const ScenarioText& scenario : scenario_table()) {
    out += ".It Cm " + std::string(scenario.name) + "\n" + mdoc_text(scenario.help);
  }
  return out + ".El\n";
}

}  // namespace

std::string render_help() {
  std::string out =
      "hub-bench SCENARIO [FLAGS]: puts a hub under load and checks what arrives.\n\n";
  for (const ScenarioText& scenario : scenario_table()) {
    out += wrapped("  " + std::string(scenario.name), scenario.help);
  }
  out += "\n";
  for (const Flag& flag : flag_table()) {
    std::string line = "  --" + std::string(flag.name);
    if (!flag.metavar.empty()) line += " " + std::string(flag.metavar);
    std::string text(flag.help);
    if (!flag.fallback.empty()) text += " [" + std::string(flag.fallback) + "]";
    out += wrapped(line, text);
  }
  return out;
}

std::string render_mdoc(std::string_view section) {
  if (section == "bench-options") return mdoc_flags();
  if (section == "bench-scenarios") return mdoc_scenarios();
  return {};
}

}  // namespace hub_bench
