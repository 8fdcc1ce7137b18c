#include "adapters/sqlite/dead_letters.hpp"

#include <SQLiteCpp/Transaction.h>

#include <algorithm>

#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/fault.hpp"
#include "adapters/sqlite/inspect.hpp"
#include "adapters/sqlite/loader.hpp"
#include "adapters/sqlite/migrations.hpp"
#include "adapters/sqlite/open.hpp"
#include "adapters/sqlite/prepared.hpp"
#include "adapters/sqlite/rows.hpp"
#include "adapters/sqlite/stored_messages.hpp"
#include "base/glob.hpp"

namespace signal_hub::adapters {
namespace {

constexpr std::size_t messages_told = 1000;  // with one id

constexpr const char* choose_sql =
    "SELECT position, target FROM dead_letters"
    " WHERE (?1 = '' OR reason = ?1) AND dead_at <= ?2 AND dead_at > ?3 ORDER BY position";

// Between what this run has given and what the next will give, which has a higher run number.
constexpr const char* requeue_sql =
    "INSERT INTO messages (position, target, sender, message_id, topic, accepted_at, stored_at,"
    " expires_at, promised, reliable, asked, priority, attempts, attempted_at, last_error, trail,"
    " bytes, message)"
    " SELECT 1 + max((SELECT coalesce(max(position), 0) FROM messages),"
    "                (SELECT coalesce(max(position), 0) FROM receipts),"
    "                (SELECT coalesce(max(position), 0) FROM dead_letters)),"
    " target, sender, message_id, topic, accepted_at, ?2, iif(expires_at > ?2, expires_at, NULL), "
    "1,"
    " reliable, asked, priority, 0, NULL, '', '[]', bytes, message"
    " FROM dead_letters AS d"
    " WHERE position = ?1 AND EXISTS (SELECT 1 FROM actors AS a WHERE a.address = d.target)";

constexpr const char* drop_sql = "DELETE FROM dead_letters WHERE position = ?1";

struct Chosen {
  std::uint64_t position;
  std::string target;
};

Failed<std::string> absent(const std::string& path) {
  return fail("there is no database " + path + "; name it with --db");
}

template <class Do>
auto guarded(const std::string& path, Do&& act) -> decltype(act()) {
  try {
    return act();
  } catch (const SQLite::Exception& error) {
    return fail("cannot use the database " + path + ": " + fault_of(error).reason);
  } catch (const std::exception& error) {
    return fail("cannot use the database " + path + ": " + error.what());
  }
}

/// Where it is, once it is known to be one this build can read.
Result<std::string> readable(const std::string& given) {
  const std::string path = resolved(given);
  const auto found = inspect(path, 0);
  if (!found) return fail(found.error());
  if (!found->exists || found->schema == 0) return absent(path);
  if (static_cast<std::size_t>(found->schema) < migrations().size()) {
    return fail(path +
                " was written by an older signal-hub; bring it up to date with: signal-hub "
                "migrate --db " +
                path);
  }
  return path;
}

/// Nobody else's until it goes.
Result<PreparedDatabase> writable(const std::string& path) {
  const auto found = inspect(resolved(path), 0);
  if (!found) return fail(found.error());
  if (!found->exists) return absent(path);
  if (const auto lock = FileLock::take(resolved(path)); !lock) {
    return fail(lock.error() +
                ", or let that hub do it: its administration API has /api/v1/dead-letters");
  }
  return prepare_database({.path = path});
}

/// Oldest first.
std::vector<Chosen> choose(SQLite::Database& db, const app::DeadLetterChoice& choice) {
  std::vector<std::uint64_t> wanted = choice.positions;
  std::sort(wanted.begin(), wanted.end());
  Prepared find(db, choose_sql);
  find.bind(1, std::string_view(choice.reason))
      .bind(2, choice.dead_until ? epoch_ms(*choice.dead_until) : INT64_MAX)
      .bind(3, choice.dead_after ? epoch_ms(*choice.dead_after) : INT64_MIN);
  std::vector<Chosen> chosen;
  ResetAtEnd at_end(find);
  while ((choice.most == 0 || chosen.size() < choice.most) && find.step()) {
    const auto position = static_cast<std::uint64_t>(find.number(0));
    const bool named = wanted.empty() || std::binary_search(wanted.begin(), wanted.end(), position);
    if (!named || !(choice.target.empty() || glob_match(choice.target, find.text(1)))) continue;
    chosen.push_back({position, std::string(find.text(1))});
  }
  return chosen;
}

app::DeadLetter read_dead_letter(Prepared& find, std::uint64_t position) {
  ResetAtEnd at_end(find);
  app::DeadLetter letter;
  if (!find.bind(1, stored(position)).step()) return letter;
  letter.message = read_stored(find);
  letter.bytes = static_cast<std::uint64_t>(find.number(bytes_column));
  const std::string_view type = find.text(type_column);
  if (!type.empty()) letter.type = std::string(type);
  return letter;
}

}  // namespace

Result<std::vector<app::DeadLetter>> list_dead_letters(const std::string& given,
                                                       const app::DeadLetterChoice& choice,
                                                       bool with_texts) {
  using Letters = Result<std::vector<app::DeadLetter>>;
  const auto path = readable(given);
  if (!path) return fail(path.error());
  return guarded(*path, [&]() -> Letters {
    SQLite::Database db = open_reader(*path);
    SQLite::Transaction one_moment(db);
    app::DeadLetterChoice all = choice;
    all.most = 0;
    std::vector<Chosen> chosen = choose(db, all);
    std::reverse(chosen.begin(), chosen.end());
    if (choice.most != 0 && chosen.size() > choice.most) chosen.resize(choice.most);
    Prepared find(db, with_type_and_bytes(select_dead(with_texts ? WithText::yes : WithText::no)) +
                          " WHERE position = ?1");
    std::vector<app::DeadLetter> letters;
    letters.reserve(chosen.size());
    for (const Chosen& one : chosen) letters.push_back(read_dead_letter(find, one.position));
    return letters;
  });
}

Result<app::Requeued> requeue_dead_letters(const std::string& path,
                                           const app::DeadLetterChoice& choice, WallTime now) {
  auto database = writable(path);
  if (!database) return fail(database.error());
  return guarded(database->path, [&]() -> Result<app::Requeued> {
    SQLite::Database& db = database->db;
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    Prepared requeue(db, requeue_sql);
    Prepared drop(db, drop_sql);
    app::Requeued outcome;
    for (const Chosen& one : choose(db, choice)) {
      if (requeue.bind(1, stored(one.position)).bind(2, epoch_ms(now)).run() == 0) {
        outcome.left.push_back({one.position, one.target});
        continue;
      }
      drop.bind(1, stored(one.position)).run();
      ++outcome.done;
    }
    transaction.commit();
    return outcome;
  });
}

Result<std::uint64_t> purge_dead_letters(const std::string& path,
                                         const app::DeadLetterChoice& choice) {
  auto database = writable(path);
  if (!database) return fail(database.error());
  return guarded(database->path, [&]() -> Result<std::uint64_t> {
    SQLite::Database& db = database->db;
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    Prepared drop(db, drop_sql);
    const std::vector<Chosen> chosen = choose(db, choice);
    for (const Chosen& one : chosen) drop.bind(1, stored(one.position)).run();
    transaction.commit();
    return std::uint64_t{chosen.size()};
  });
}

Result<std::vector<core::StoredMessage>> find_messages(const std::string& given,
                                                       const std::string& message_id,
                                                       const std::optional<std::string>& sender) {
  const auto path = readable(given);
  if (!path) return fail(path.error());
  Loader loader(*path, 0ms);
  auto answers =
      loader.load({{0, core::LoadRequest::Search{message_id, sender, messages_told}}}, WallTime{});
  if (answers.front().failed) return fail("cannot read the database " + *path);
  return std::move(answers.front().rows);
}

}  // namespace signal_hub::adapters
