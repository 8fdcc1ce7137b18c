// What the commands on the database file need of whoever knows it; the composition root fills it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/dead_letters.hpp"
#include "base/result.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::cli {

/// Why it was not done: a sentence without its end.
struct DatabaseFault {
  std::string sentence;
  bool database = true;  // it is the database that cannot be used, nothing else
};

struct DatabaseTools {
  /// Names of the migrations that a database lacks, oldest first; changes nothing. All of them if
  /// there is no such file.
  std::function<Result<std::vector<std::string>, DatabaseFault>(const std::string& path)> pending;

  /// Runs them, and makes the file if there is none. Their names.
  std::function<Result<std::vector<std::string>, DatabaseFault>(const std::string& path)> migrate;

  /// Copies the database, also while a hub uses it, into a file that must not exist. Its bytes.
  std::function<Result<std::uint64_t, DatabaseFault>(const std::string& path,
                                                     const std::string& file)>
      backup;

  /// The newest first; `with_texts`: their messages too. Also while a hub uses the database.
  std::function<Result<std::vector<app::DeadLetter>, DatabaseFault>(
      const std::string& path, const app::DeadLetterChoice& choice, bool with_texts)>
      dead_letters;

  /// Not while a hub uses it.
  std::function<Result<app::Requeued, DatabaseFault>(
      const std::string& path, const app::DeadLetterChoice& choice, WallTime now)>
      requeue;

  /// Not while a hub uses it. How many there were.
  std::function<Result<std::uint64_t, DatabaseFault>(const std::string& path,
                                                     const app::DeadLetterChoice& choice)>
      purge;

  /// What is known of the messages with this id, of anybody's if no sender is named. Also while a
  /// hub uses the database.
  std::function<Result<std::vector<core::StoredMessage>, DatabaseFault>(
      const std::string& path, const std::string& message_id,
      const std::optional<std::string>& sender)>
      find_messages;
};

}  // namespace signal_hub::cli
