// The option table as files that are installed: the default configuration and bash's completion.
#include <algorithm>
#include <string_view>
#include <type_traits>

#include "config/options.hpp"
#include "config/render.hpp"
#include "config/values.hpp"

namespace signal_hub::config {
namespace {

constexpr std::size_t width = 100;

/// Lines of `# text`, broken between words.
std::string comment(std::string_view text) {
  std::string out;
  std::string line = "#";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (line.size() > 1 && line.size() + 1 + end > width) {
      out += line + "\n";
      line = "#";
    }
    line += " " + std::string(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + line + "\n";
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

/// The default as TOML. REQUIRES: defaults of texts need no escapes; the drift test parses them.
std::string toml_value(const Option& option) {
  Settings defaults;
  return std::visit(
      [&option](const auto* value) -> std::string {
        using Kind = std::decay_t<decltype(*value)>;
        if constexpr (std::is_same_v<Kind, bool>) {
          return *value ? "true" : "false";
        } else if constexpr (std::is_same_v<Kind, std::vector<std::string>>) {
          std::string list;
          for (const std::string& text : *value) list += (list.empty() ? "" : ", ") + quoted(text);
          return "[" + list + "]";
        } else {
          const bool bare = !std::is_same_v<Kind, std::string> && option.unit == Unit::none;
          return bare ? default_text(option) : quoted(default_text(option));
        }
      },
      option.bind(defaults));
}

/// The choices as words.
std::string words(std::string_view choices) {
  std::string out(choices);
  for (char& c : out) {
    if (c == '|') c = ' ';
  }
  return out;
}

/// What bash offers as the flag's value: words, or `-` for the names of files, or nothing.
std::string offered(const Option& option) {
  if (!option.choices.empty()) return words(option.choices);
  return option.metavar.ends_with("FILE") ? "-" : "";
}

}  // namespace

std::string render_toml() {
  std::string out;
  std::string_view section;
  for (const Option& option : option_table()) {
    if (option.section != section) {
      section = option.section;
      out += "\n## " + std::string(section) + "\n";
    }
    std::string text(option.help);
    if (!option.choices.empty()) text += " One of " + std::string(option.choices) + ".";
    if (!option.reloadable) text += " Needs a restart.";
    out +=
        "\n" + comment(text) + "#" + std::string(option.name) + " = " + toml_value(option) + "\n";
  }
  return out;
}

std::string render_completion() {
  std::string flags;
  std::string values;
  for (const Option& option : option_table()) {
    const std::string flag = "--" + std::string(option.name);
    flags += "  " + flag + "\n";
    if (option.metavar.empty()) continue;
    values += "  [" + flag + "]='" + offered(option) + "'\n";
  }
  return "_signal_hub_flags='\n" + flags + "'\n" +
         "# What may follow a flag that takes a value: words, or - for a file.\n" +
         "declare -gA _signal_hub_values=(\n" + values + ")\n";
}

}  // namespace signal_hub::config
