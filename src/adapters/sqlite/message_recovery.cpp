#include "adapters/sqlite/message_recovery.hpp"

#include <SQLiteCpp/Transaction.h>

#include <span>
#include <vector>

#include "adapters/sqlite/prepared.hpp"
#include "adapters/sqlite/rows.hpp"

namespace signal_hub::adapters {
namespace {

constexpr std::size_t portion = 1000;

constexpr const char* waiting_sql =
    "SELECT position, target, sender, message_id, accepted_at, reliable, promised, topic, priority,"
    " attempts, bytes, expires_at, asked, CASE WHEN promised THEN '' ELSE message END"
    " FROM messages ORDER BY position";

constexpr const char* finished_sql =
    "SELECT position, target, sender, message_id, accepted_at, subscribers IS NULL AND topic <> ''"
    " FROM receipts"
    " WHERE reliable AND accepted_at > ?1 ORDER BY position";

/// Into what an earlier row has left, so that its texts' memory is used again.
void read_common(const Prepared& row, core::RecoveredMessage& into) {
  into.position = static_cast<std::uint64_t>(row.number(0));
  into.target = row.text(1);
  into.sender = row.text(2);
  into.message_id = row.text(3);
  into.accepted_at = row.time(4);
}

void read_waiting(const Prepared& row, core::RecoveredMessage& into) {
  read_common(row, into);
  into.waiting = true;
  into.reliable = row.flag(5);
  into.promised = row.flag(6);
  const std::string_view topic = row.text(7);
  into.publication = !topic.empty();
  into.topic = into.promised ? std::string_view() : topic;
  into.priority = static_cast<std::uint8_t>(row.number(8));
  into.attempts = static_cast<std::uint32_t>(row.number(9));
  const auto bytes = static_cast<std::size_t>(row.number(10));
  into.bytes = bytes > 0 ? bytes - 1 : 0;
  into.expires_at = row.optional_time(11);
  into.asked = row.flag(12);
  const std::string_view text = row.text(13);
  into.tail = text.substr(text.empty() ? 0 : 1);
}

void read_finished(const Prepared& row, core::RecoveredMessage& into) {
  read_common(row, into);
  into.waiting = false;
  into.reliable = true;
  into.publication = row.flag(5);
}

class Portions {
 public:
  explicit Portions(core::RecoveredMessages& into) : into_(into), rows_(portion) {}

  core::RecoveredMessage& next() {
    if (used_ == rows_.size()) hand_over();
    return rows_[used_++];
  }

  void hand_over() {
    if (used_ > 0) into_.take(std::span(rows_).first(used_));
    used_ = 0;
  }

 private:
  core::RecoveredMessages& into_;
  std::vector<core::RecoveredMessage> rows_;
  std::size_t used_ = 0;
};

/// Returns the positions of those nobody was promised.
std::vector<std::uint64_t> hand_over_all(SQLite::Database& db, core::RecoveredMessages& into,
                                         WallTime remembered_since) {
  Prepared waiting(db, waiting_sql);
  Prepared finished(db, finished_sql);
  finished.bind(1, epoch_ms(remembered_since));
  std::vector<std::uint64_t> unpromised;
  Portions portions(into);
  bool more_waiting = waiting.step();
  bool more_finished = finished.step();
  while (more_waiting || more_finished) {
    core::RecoveredMessage& message = portions.next();
    if (more_waiting && (!more_finished || waiting.number(0) < finished.number(0))) {
      read_waiting(waiting, message);
      if (!message.promised) unpromised.push_back(message.position);
      more_waiting = waiting.step();
    } else {
      read_finished(finished, message);
      more_finished = finished.step();
    }
  }
  portions.hand_over();
  return unpromised;
}

}  // namespace

void recover_messages(SQLite::Database& db, core::RecoveredMessages& into,
                      WallTime remembered_since) {
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  const auto unpromised = hand_over_all(db, into, remembered_since);
  Prepared drop(db, "DELETE FROM messages WHERE position = ?1");
  for (const std::uint64_t position : unpromised) drop.bind(1, stored(position)).run();
  transaction.commit();
}

}  // namespace signal_hub::adapters
