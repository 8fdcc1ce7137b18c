// signal-hub migrate, signal-hub backup: commands on the database file.
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/database_tools.hpp"
#include "cli/system.hpp"
#include "config/load.hpp"

namespace signal_hub::cli {
namespace {

constexpr int exit_database = 3;
constexpr const char* nothing_kept = ":memory:";

/// Where the database is, said as for serving: flag, environment, file, default.
struct Place {
  std::string db;
  std::string config;

  void add_to(CLI::App& app) {
    app.add_option("--db", db, "The database (environment SIGNAL_HUB_DB)");
    app.add_option("--config", config, "TOML file with the hub's flags");
  }

  Result<std::string> path() const {
    std::vector<std::string> flags;
    if (!db.empty()) flags.insert(flags.end(), {"--db", db});
    if (!config.empty()) flags.insert(flags.end(), {"--config", config});
    const auto loaded = config::load(sources_of(flags));
    if (!loaded) return fail(loaded.error());
    if (loaded->settings.server.db == nothing_kept) {
      return fail(
          std::string("the database is :memory:, of which nothing is kept; name a file "
                      "with --db."));
    }
    return loaded->settings.server.db;
  }
};

int complain(std::ostream& err, const CLI::App& app, const DatabaseFault& fault) {
  err << "signal-hub " << app.get_name() << ": " << fault.sentence << ".\n";
  return fault.database ? exit_database : exit_failed;
}

int usage(std::ostream& err, const CLI::App& app, const std::string& sentence) {
  err << "signal-hub " << app.get_name() << ": " << sentence << "\n";
  return exit_usage;
}

}  // namespace

int migrate_command(std::span<const std::string> arguments, const DatabaseTools& tools,
                    std::ostream& out, std::ostream& err) {
  CLI::App app("Bring a database to this version's schema; serving does it too.", "migrate");
  Place place;
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
  Place place;
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
