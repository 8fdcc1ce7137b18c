#include "config/load.hpp"

#include <CLI/CLI.hpp>
#include <map>
#include <vector>

#include "config/file.hpp"
#include "config/options.hpp"
#include "config/validate.hpp"
#include "config/values.hpp"

namespace signal_hub::config {
namespace {

using Complaint = std::optional<std::string>;

/// The flags as given, as texts; CLI11 knows nothing of their values.
struct Flags {
  std::map<std::string_view, std::vector<std::string>> given;
  std::string config_path;
  bool help = false;
  bool version = false;
};

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t comma = text.find(','); comma != std::string::npos;
       comma = text.find(',', from)) {
    parts.push_back(text.substr(from, comma - from));
    from = comma + 1;
  }
  parts.push_back(text.substr(from));
  return parts;
}

/// CLI11 names surplus words in a list; ours is one sentence with the nearest flag.
std::string unknown_flag(const std::vector<std::string>& extras) {
  const std::string& word = extras.front();
  const std::string name = word.substr(0, word.find('='));
  const std::string near = name.starts_with("--") ? nearest_option(name.substr(2)) : std::string();
  return "there is no flag or command " + name +
         (near.empty() ? "; see signal-hub --help." : "; did you mean --" + near + "?");
}

Result<Flags> parse_flags(std::span<const std::string> arguments) {
  Flags flags;
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  app.add_flag("-h,--help", flags.help);
  app.add_flag("--version", flags.version);
  app.add_option("--config", flags.config_path);
  Settings scratch;
  for (const Option& option : option_table()) {
    const std::string name = "--" + std::string(option.name);
    const Field field = option.bind(scratch);
    auto& texts = flags.given[option.name];
    if (std::holds_alternative<bool*>(field)) {
      app.add_flag_callback(name, [&texts] { texts = {"true"}; });
    } else {
      app.add_option(name, texts)
          ->allow_extra_args(false)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
  }
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::Error& error) {
    return fail(std::string(error.what()) + "; see signal-hub --help.");
  }
  if (const auto extras = app.remaining(); !extras.empty()) return fail(unknown_flag(extras));
  return flags;
}

Complaint apply(Settings& settings, const Option& option, const std::vector<std::string>& texts,
                const std::string& where) {
  const auto complaint = set_value(option, option.bind(settings), texts);
  if (!complaint) return std::nullopt;
  std::string value;
  for (const std::string& text : texts) value += (value.empty() ? "" : ",") + text;
  return where + ": " + std::string(option.name) + " is \"" + value + "\"; it " + *complaint + ".";
}

Complaint apply_file(Settings& settings, std::string_view text, const std::string& path) {
  const auto entries = parse_file(text, path);
  if (!entries) return entries.error();
  for (const FileEntry& entry : *entries) {
    if (auto complaint = apply(settings, *entry.option, entry.texts, entry.place)) {
      return complaint;
    }
  }
  return std::nullopt;
}

Complaint apply_environment(Settings& settings, const Sources& sources) {
  for (const Option& option : option_table()) {
    const std::string name = environment_name(option);
    const auto value = sources.environment(name);
    if (!value) continue;
    const bool list = std::holds_alternative<std::vector<std::string>*>(option.bind(settings));
    const auto texts = list ? split(*value) : std::vector{*value};
    if (auto complaint = apply(settings, option, texts, "environment " + name)) return complaint;
  }
  return std::nullopt;
}

Complaint apply_flags(Settings& settings, const Flags& flags) {
  for (const Option& option : option_table()) {
    const auto& texts = flags.given.at(option.name);
    if (texts.empty()) continue;
    // CLI11 does not take the last of what it keeps as texts.
    const bool list = std::holds_alternative<std::vector<std::string>*>(option.bind(settings));
    const auto counting = list ? texts : std::vector{texts.back()};
    if (auto complaint = apply(settings, option, counting, "flag --" + std::string(option.name))) {
      return complaint;
    }
  }
  return std::nullopt;
}

Complaint merge(Loaded& loaded, const Flags& flags, const Sources& sources) {
  Settings& settings = loaded.settings;
  loaded.config_path = flags.config_path;
  if (loaded.config_path.empty()) {
    loaded.config_path = sources.environment("SIGNAL_HUB_CONFIG").value_or("");
  }
  if (!loaded.config_path.empty()) {
    const auto text = sources.read_file(loaded.config_path);
    if (!text) return "--config: " + text.error() + ".";
    if (auto complaint = apply_file(settings, *text, loaded.config_path)) return complaint;
  }
  if (auto complaint = apply_environment(settings, sources)) return complaint;
  if (auto complaint = apply_flags(settings, flags)) return complaint;
  return validate(settings);
}

}  // namespace

Result<Loaded> load(const Sources& sources) {
  const auto flags = parse_flags(sources.arguments);
  if (!flags) return fail(flags.error());
  Loaded loaded;
  if (flags->help || flags->version) {
    loaded.wish = flags->help ? Loaded::Wish::help : Loaded::Wish::version;
    return loaded;
  }
  if (auto complaint = merge(loaded, *flags, sources)) return fail(std::move(*complaint));
  return loaded;
}

Result<Settings> check_file(std::string_view text, const std::string& path) {
  Settings settings;
  auto complaint = apply_file(settings, text, path);
  if (!complaint) complaint = validate(settings);
  if (complaint) return fail(std::move(*complaint));
  return settings;
}

}  // namespace signal_hub::config
