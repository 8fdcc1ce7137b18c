#include "database_tools.hpp"

#include "adapters/sqlite/backup.hpp"
#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/dead_letters.hpp"
#include "adapters/sqlite/inspect.hpp"
#include "adapters/sqlite/migrate.hpp"
#include "adapters/sqlite/open.hpp"

namespace signal_hub {
namespace {

using Names = Result<std::vector<std::string>, cli::DatabaseFault>;

Names names_after(int schema) {
  std::vector<std::string> names;
  for (const adapters::Migration& migration : adapters::pending(adapters::migrations(), schema)) {
    names.emplace_back(migration.name);
  }
  return names;
}

Names pending(const std::string& path) {
  const auto found = adapters::inspect(adapters::resolved(path));
  if (!found) return fail(cli::DatabaseFault{found.error()});
  return names_after(found->schema);
}

Names migrate(const std::string& path) {
  const auto prepared = adapters::prepare_database({.path = path});
  if (!prepared) return fail(cli::DatabaseFault{prepared.error()});
  return names_after(prepared->schema_found);
}

Result<std::uint64_t, cli::DatabaseFault> backup(const std::string& path, const std::string& file) {
  const auto bytes = adapters::back_up(path, file);
  if (!bytes) return fail(cli::DatabaseFault{bytes.error().sentence, bytes.error().database});
  return *bytes;
}

/// The same, with the error as the commands know it.
template <class T>
Result<T, cli::DatabaseFault> of_database(Result<T> result) {
  if (!result) return fail(cli::DatabaseFault{result.error()});
  return std::move(*result);
}

auto dead_letters(const std::string& path, const app::DeadLetterChoice& choice, bool with_texts) {
  return of_database(adapters::list_dead_letters(path, choice, with_texts));
}

auto requeue(const std::string& path, const app::DeadLetterChoice& choice, WallTime now) {
  return of_database(adapters::requeue_dead_letters(path, choice, now));
}

auto purge(const std::string& path, const app::DeadLetterChoice& choice) {
  return of_database(adapters::purge_dead_letters(path, choice));
}

auto find_messages(const std::string& path, const std::string& message_id,
                   const std::optional<std::string>& sender) {
  return of_database(adapters::find_messages(path, message_id, sender));
}

}  // namespace

cli::DatabaseTools database_tools() {
  return {pending, migrate, backup, dead_letters, requeue, purge, find_messages};
}

}  // namespace signal_hub
