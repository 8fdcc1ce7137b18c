#include "config/render.hpp"

#include <algorithm>
#include <string_view>

#include "config/options.hpp"

namespace signal_hub::config {
namespace {

constexpr std::size_t help_column = 34;

std::string shown_default(const Option& option) {
  const std::string text = default_text(option);
  return text.empty() ? "none" : text;
}

std::string help_text(const Option& option) {
  std::string text(option.help);
  if (!option.choices.empty()) text += " One of " + std::string(option.choices) + ".";
  return text;
}

/// `text` behind `line`, broken between words and indented to the column of help.
std::string wrapped(std::string line, std::string_view text) {
  constexpr std::size_t width = 100;
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (line.size() > help_column && line.size() + end > width) {
      out += line + "\n";
      line.assign(help_column, ' ');
    }
    line.append(text.substr(0, end));
    if (end < text.size()) line += ' ';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + line + "\n";
}

/// Help as mdoc text, each sentence on a line of its own.
std::string mdoc_text(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] != '.' || i + 1 >= text.size() || text[i + 1] != ' ') continue;
    out += '\n';
    ++i;
  }
  return out;
}

}  // namespace

std::string render_help() {
  std::string out;
  std::string_view section;
  for (const Option& option : option_table()) {
    if (option.section != section) {
      section = option.section;
      out += "\n" + std::string(section) + ":\n";
    }
    std::string line = "  --" + std::string(option.name);
    if (!option.metavar.empty()) line += " " + std::string(option.metavar);
    line.resize(std::max(line.size() + 1, help_column), ' ');
    out += wrapped(line, help_text(option) + " [" + shown_default(option) + "]");
  }
  return out;
}

std::string render_markdown() {
  std::string out = "| flag | default | meaning |\n|---|---|---|\n";
  for (const Option& option : option_table()) {
    std::string choices = help_text(option);
    for (std::size_t bar = choices.find('|'); bar != std::string::npos;
         bar = choices.find('|', bar + 2)) {
      choices.insert(bar, "\\");
    }
    out += "| `--" + std::string(option.name) + "` | `" + shown_default(option) + "` | " + choices +
           " |\n";
  }
  return out;
}

std::string render_mdoc() {
  std::string out;
  std::string_view section;
  for (const Option& option : option_table()) {
    if (option.section != section) {
      if (!section.empty()) out += ".El\n";
      section = option.section;
      out += ".Ss " + std::string(section) + "\n.Bl -tag -width Ds\n";
    }
    out += ".It Fl -" + std::string(option.name);
    if (!option.metavar.empty()) out += " Ar " + std::string(option.metavar);
    out += "\n" + mdoc_text(help_text(option)) + "\n";
    out += "The default is\n.Ql " + shown_default(option) + " .\n";
    out += "Environment:\n.Ev " + environment_name(option) + " .\n";
  }
  return out + ".El\n";
}

}  // namespace signal_hub::config
