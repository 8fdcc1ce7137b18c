// signal-hub migrate, signal-hub backup: commands on the database file.
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/database_place.hpp"

namespace signal_hub::cli {
int migrate_command(std::span<const std::string> arguments, const DatabaseTools& tools,
                    std::ostream& out, std::ostream& err) {
  CLI::App app("Bring a database to this version's schema; serving does it too.", "migrate");
  DatabasePlace place;
  bool dry_run = false;
  app.add_flag("--dry-run", dry_run, "Only say what would be done");
  place.add_to(app);
  if (const auto code = parse_arguments(app, arguments, out, err)) return *code;
  const auto path = place.path();
  if (!path) return usage(err, app, path.error());
  const auto names = dry_run ? tools.pending(*path) : tools.migrate(*path);
  if (!names) return complain(err, app, names.error());
  for (const std::string& name : *names) {
    out << (dry_run ? "would apply " : "applied ") << name << "\n";
  }
  if (names->empty()) out << *path << " is up to date.\n";
  return exit_ok;
}

int backup_command(std::span<const std::string> arguments, const DatabaseTools& tools,
                   std::ostream& out, std::ostream& err) {
  CLI::App app("Copy the database into a new file, also while a hub serves.", "backup");
  DatabasePlace place;
  std::string file;
  app.add_option("FILE", file, "The copy; must not exist")->required();
  place.add_to(app);
  if (const auto code = parse_arguments(app, arguments, out, err)) return *code;
  const auto path = place.path();
  if (!path) return usage(err, app, path.error());
  const auto bytes = tools.backup(*path, file);
  if (!bytes) return complain(err, app, bytes.error());
  out << file << " is a copy of " << *path << ", " << *bytes << " bytes.\n";
  return exit_ok;
}

}  // namespace signal_hub::cli
