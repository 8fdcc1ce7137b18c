#include "cli/database_place.hpp"

#include <vector>

#include "cli/arguments.hpp"
#include "cli/system.hpp"
#include "config/load.hpp"

namespace signal_hub::cli {
namespace {

constexpr const char* nothing_kept = ":memory:";

}  // namespace

void DatabasePlace::add_to(CLI::App& app) {
  app.add_option("--db", db, "The database (environment SIGNAL_HUB_DB)");
  app.add_option("--config", config, "TOML file with the hub's flags");
}

Result<std::string> DatabasePlace::path() const {
  std::vector<std::string> flags;
  if (!db.empty()) flags.insert(flags.end(), {"--db", db});
  if (!config.empty()) flags.insert(flags.end(), {"--config", config});
  const auto loaded = config::load(sources_of(flags));
  if (!loaded) return fail(loaded.error());
  if (loaded->settings.server.db == nothing_kept) {
    return fail(
        std::string("the database is :memory:, of which nothing is kept; name a file with --db."));
  }
  return loaded->settings.server.db;
}

int complain(std::ostream& err, const CLI::App& app, const DatabaseFault& fault) {
  err << "signal-hub " << app.get_name() << ": " << fault.sentence << ".\n";
  return fault.database ? exit_database : exit_failed;
}

int usage(std::ostream& err, const CLI::App& app, const std::string& sentence) {
  err << "signal-hub " << app.get_name() << ": " << sentence << "\n";
  return exit_usage;
}

}  // namespace signal_hub::cli
