// signal-hub check: is this configuration file valid?
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/system.hpp"
#include "config/load.hpp"

namespace signal_hub::cli {

int check_command(std::span<const std::string> arguments, std::istream&, std::ostream& out,
                  std::ostream& err) {
  CLI::App app("Validate a configuration file.", "check");
  std::string path;
  app.add_option("--config", path, "TOML file to check")->required();
  if (const auto code = parse_arguments(app, arguments, out, err)) return *code;
  const auto text = read_file(path);
  if (!text) {
    err << "signal-hub check: " << text.error() << ".\n";
    return exit_usage;
  }
  const auto settings = config::check_file(*text, path);
  if (!settings) {
    err << "signal-hub check: " << settings.error() << "\n";
    return exit_usage;
  }
  out << path << " is valid.\n";
  return exit_ok;
}

}  // namespace signal_hub::cli
