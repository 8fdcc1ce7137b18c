#include "adapters/sqlite/message_statements.hpp"

#include <utility>

#include "adapters/sqlite/rows.hpp"

namespace signal_hub::adapters {
namespace {

constexpr const char* put =
    "INSERT OR REPLACE INTO messages (position, target, sender, message_id, topic, accepted_at,"
    " stored_at, expires_at, promised, reliable, asked, priority, attempts, attempted_at,"
    " last_error, trail, bytes, message)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, NULL, '', '[]', ?13, ?14)";

// What is there already was written by the same entry, and is not counted again.
constexpr const char* publish =
    "INSERT OR IGNORE INTO receipts (position, target, sender, message_id, topic, accepted_at,"
    " stored_at, attempted_at, finished_at, attempts, reliable, outcome, reason, last_error, trail,"
    " receipt_due, subscribers, stored)"
    " VALUES (?1, ?2, ?3, ?4, ?2, ?5, ?6, NULL, ?6, 0, 1, 'published', '', '', '[]', 0, ?7, ?8)";

constexpr const char* attempt =
    "UPDATE messages SET attempts = ?2, attempted_at = ?3, last_error = ?4, trail = ?5"
    " WHERE position = ?1";

constexpr const char* finish =
    "INSERT OR IGNORE INTO receipts (position, target, sender, message_id, topic, accepted_at,"
    " stored_at, attempted_at, finished_at, attempts, reliable, outcome, reason, last_error, trail,"
    " receipt_due)"
    " SELECT position, target, sender, message_id, topic, accepted_at, stored_at, ?5, ?3, ?4,"
    " reliable, ?2, '', last_error, trail, ?6 FROM messages WHERE position = ?1";

constexpr const char* finish_dead =
    "INSERT OR IGNORE INTO receipts (position, target, sender, message_id, topic, accepted_at,"
    " stored_at, attempted_at, finished_at, attempts, reliable, outcome, reason, last_error, trail,"
    " receipt_due)"
    " SELECT position, target, sender, message_id, topic, accepted_at, stored_at, attempted_at, ?3,"
    " attempts, reliable, 'dead_lettered', ?2, last_error, trail, ?4"
    " FROM messages WHERE position = ?1";

constexpr const char* bury =
    "INSERT OR IGNORE INTO dead_letters (position, target, sender, message_id, topic, accepted_at,"
    " stored_at, expires_at, promised, reliable, asked, priority, attempts, attempted_at,"
    " last_error, trail, reason, dead_at, bytes, message)"
    " SELECT position, target, sender, message_id, topic, accepted_at, stored_at, expires_at,"
    " promised, reliable, asked, priority, attempts, attempted_at, last_error, trail, ?2, ?3, "
    "bytes,"
    " message FROM messages WHERE position = ?1";

}  // namespace

MessageStatements::MessageStatements(SQLite::Database& db)
    : put_(db, put),
      publish_(db, publish),
      unpublish_(db, "DELETE FROM receipts WHERE position = ?1 AND outcome = 'published'"),
      attempt_(db, attempt),
      finish_(db, finish),
      finish_dead_(db, finish_dead),
      bury_(db, bury),
      fetch_(db, "UPDATE receipts SET receipt_due = 0 WHERE position = ?1 AND receipt_due"),
      unbury_(db, "DELETE FROM dead_letters WHERE position = ?1"),
      drop_(db, "DELETE FROM messages WHERE position = ?1") {}

void MessageStatements::write(const core::MessageRow& row, WallTime at) {
  text_.assign(1, message_opening).append(row.tail);
  put_.bind(1, stored(row.position))
      .bind(2, std::string_view(row.target))
      .bind(3, std::string_view(row.sender))
      .bind(4, std::string_view(row.message_id))
      .bind(5, std::string_view(row.topic))
      .bind(6, epoch_ms(row.accepted_at))
      .bind(7, epoch_ms(at))
      .bind(8, row.expires_at)
      .bind(9, row.promised)
      .bind(10, row.reliable)
      .bind(11, row.asked)
      .bind(12, std::int64_t{row.priority})
      .bind(13, static_cast<std::int64_t>(text_.size()))
      .bind(14, std::string_view(text_))
      .run();
}

void MessageStatements::write(const core::PublicationRow& row, WallTime at) {
  changes_.receipts += publish_.bind(1, stored(row.position))
                           .bind(2, std::string_view(row.topic))
                           .bind(3, std::string_view(row.sender))
                           .bind(4, std::string_view(row.message_id))
                           .bind(5, epoch_ms(row.accepted_at))
                           .bind(6, epoch_ms(at))
                           .bind(7, stored(row.subscribers))
                           .bind(8, stored(row.stored))
                           .run();
}

void MessageStatements::write(const core::PublicationGone& gone, WallTime) {
  changes_.receipts -= unpublish_.bind(1, stored(gone.position)).run();
}

void MessageStatements::write(const core::MessageAttempt& attempt, WallTime) {
  attempt_.bind(1, stored(attempt.position))
      .bind(2, std::int64_t{attempt.attempts})
      .bind(3, epoch_ms(attempt.attempted_at))
      .bind(4, std::string_view(attempt.last_error))
      .bind(5, std::string_view(attempt.trail))
      .run();
}

void MessageStatements::write(const core::MessageDone& done, WallTime) {
  const std::int64_t position = stored(done.position);
  const std::int64_t added = finish_.bind(1, position)
                                 .bind(2, name(done.outcome))
                                 .bind(3, epoch_ms(done.at))
                                 .bind(4, std::int64_t{done.attempts})
                                 .bind(5, done.attempted_at)
                                 .bind(6, done.receipt_due)
                                 .run();
  drop_.bind(1, position).run();
  changes_.receipts += added;
}

void MessageStatements::write(const core::MessageDead& dead, WallTime) {
  const std::int64_t position = stored(dead.position);
  const std::int64_t buried = bury_.bind(1, position)
                                  .bind(2, std::string_view(dead.reason))
                                  .bind(3, epoch_ms(dead.at))
                                  .run();
  const std::int64_t added = finish_dead_.bind(1, position)
                                 .bind(2, std::string_view(dead.reason))
                                 .bind(3, epoch_ms(dead.at))
                                 .bind(4, dead.receipt_due)
                                 .run();
  drop_.bind(1, position).run();
  changes_.dead_letters += buried;
  changes_.receipts += added;
}

void MessageStatements::write(const core::ReceiptFetched& fetched, WallTime) {
  fetch_.bind(1, stored(fetched.position)).run();
}

void MessageStatements::write(const core::DeadLetterGone& gone, WallTime) {
  changes_.dead_letters -= unbury_.bind(1, stored(gone.position)).run();
}

RowCounts MessageStatements::take_changes() { return std::exchange(changes_, {}); }

}  // namespace signal_hub::adapters
