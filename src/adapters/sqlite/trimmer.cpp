#include "adapters/sqlite/trimmer.hpp"

#include <algorithm>

namespace signal_hub::adapters {
namespace {

// Faster than they come, whatever was left behind.
constexpr std::int64_t per_row_added = 2;
constexpr std::int64_t at_least = 16;

std::int64_t count(SQLite::Database& db, std::string_view sql) {
  Prepared statement(db, sql);
  ResetAtEnd at_end(statement);
  statement.step();
  return statement.number(0);
}

/// Before which something is too old; 0 means never.
std::int64_t too_old(WallTime now, Millis kept) {
  return kept == 0ms ? INT64_MIN : epoch_ms(now - kept);
}

std::int64_t surplus(std::int64_t rows, std::uint64_t limit) {
  return limit == 0 ? 0 : std::max<std::int64_t>(0, rows - static_cast<std::int64_t>(limit));
}

}  // namespace

Trimmer::Trimmer(SQLite::Database& db, const app::Retention& kept)
    : kept_(kept),
      first_receipts_(db,
                      "DELETE FROM receipts WHERE position <="
                      " (SELECT max(position) FROM"
                      "  (SELECT position FROM receipts ORDER BY position LIMIT ?1))"),
      old_receipts_(db,
                    "SELECT position, accepted_at <= ?2 FROM receipts WHERE position > ?1"
                    " ORDER BY position LIMIT ?3"),
      drop_old_receipts_(db,
                         "DELETE FROM receipts WHERE position > ?1 AND position <= ?2"
                         " AND accepted_at <= ?3 AND finished_at <= ?4"),
      oldest_dead_letters_(db,
                           "DELETE FROM dead_letters WHERE position IN"
                           " (SELECT position FROM dead_letters ORDER BY dead_at LIMIT ?1)"),
      old_dead_letters_(db,
                        "DELETE FROM dead_letters WHERE position IN"
                        " (SELECT position FROM dead_letters WHERE dead_at <= ?2"
                        "  ORDER BY dead_at LIMIT ?1)") {
  settled_.counts = {count(db, "SELECT count(*) FROM receipts"),
                     count(db, "SELECT count(*) FROM dead_letters")};
  now_ = settled_;
}

void Trimmer::trim(RowCounts changes, WallTime now) {
  now_.counts.receipts += changes.receipts;
  now_.counts.dead_letters += changes.dead_letters;
  const auto most = [](std::int64_t added) {
    return per_row_added * std::max<std::int64_t>(0, added) + at_least;
  };
  trim_receipts_by_number(most(changes.receipts));
  trim_receipts_by_age(most(changes.receipts), now);
  trim_dead_letters(most(changes.dead_letters), now);
}

void Trimmer::trim_receipts_by_number(std::int64_t most) {
  const std::int64_t over = surplus(now_.counts.receipts, kept_.dedupe_limit);
  if (over == 0) return;
  now_.counts.receipts -= first_receipts_.bind(1, std::min(over, most)).run();
}

/// From the front on, where the old ones are. What waited long and has ended just now stands among
/// them: it is passed over, and looked at again when the sweep begins anew.
void Trimmer::trim_receipts_by_age(std::int64_t most, WallTime now) {
  const std::int64_t accepted = too_old(now, kept_.dedupe_window);
  const std::int64_t finished = too_old(now, kept_.receipt_ttl);
  if (accepted == INT64_MIN || finished == INT64_MIN) return;
  const std::int64_t from = now_.swept_upto;
  std::int64_t upto = from;
  std::int64_t seen = 0;
  bool young = false;
  {
    ResetAtEnd at_end(old_receipts_);
    old_receipts_.bind(1, from).bind(2, accepted).bind(3, most);
    while (!young && old_receipts_.step()) {
      young = !old_receipts_.flag(1);
      if (!young) upto = old_receipts_.number(0);
      ++seen;
    }
  }
  now_.swept_upto = young || seen < most ? 0 : upto;
  if (upto == from) return;
  now_.counts.receipts -=
      drop_old_receipts_.bind(1, from).bind(2, upto).bind(3, accepted).bind(4, finished).run();
}

void Trimmer::trim_dead_letters(std::int64_t most, WallTime now) {
  const std::int64_t over = surplus(now_.counts.dead_letters, kept_.dead_letter_limit);
  std::int64_t gone = 0;
  if (over > 0) gone += oldest_dead_letters_.bind(1, std::min(over, most)).run();
  const std::int64_t dead = too_old(now, kept_.dead_letter_ttl);
  if (dead != INT64_MIN) gone += old_dead_letters_.bind(1, most).bind(2, dead).run();
  now_.counts.dead_letters -= gone;
  now_.evicted += static_cast<std::uint64_t>(gone);
}

void Trimmer::committed() { settled_ = now_; }

void Trimmer::rolled_back() { now_ = settled_; }

}  // namespace signal_hub::adapters
