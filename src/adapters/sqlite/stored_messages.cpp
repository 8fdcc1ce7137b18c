#include "adapters/sqlite/stored_messages.hpp"

#include <algorithm>
#include <tuple>

namespace signal_hub::adapters {
namespace {

using core::StoredMessage;

/// The tables' common columns, by number.
enum Column : int {
  place,
  position,
  target,
  sender,
  message_id,
  topic,
  accepted_at,
  stored_at,
  attempted_at,
  attempts,
  reliable,
  last_error,
  trail,
  expires_at,
  finished_at,
  promised,
  asked,
  priority,
  outcome,
  reason,
  subscribers,
  stored_for,
  text,
  end,
};
static_assert(bytes_column == end && type_column == end + 1);

constexpr const char* common =
    " AS place, position, target, sender, message_id, topic, accepted_at, stored_at, attempted_at,"
    " attempts, reliable, last_error, trail, ";

std::string of_messages(StoredMessage::Place where, const char* finished, WithText with_text,
                        const char* table) {
  return "SELECT " + std::to_string(static_cast<int>(where)) + common + "expires_at, " + finished +
         ", promised, asked, priority, " +
         (where == StoredMessage::Place::dead ? "'dead_lettered', reason" : "'', ''") + ", 0, 0, " +
         (with_text == WithText::yes ? "message" : "''") + " FROM " + table;
}

}  // namespace

std::string select_waiting(WithText text) {
  return of_messages(StoredMessage::Place::waiting, "NULL", text, "messages");
}

std::string select_dead(WithText text) {
  return of_messages(StoredMessage::Place::dead, "dead_at", text, "dead_letters");
}

std::string with_type_and_bytes(std::string select) {
  return select.insert(select.find(" FROM "),
                       ", bytes, iif(json_valid(message), json_extract(message, '$.type'), '')");
}

std::string select_finished() {
  const auto number = [](StoredMessage::Place where) {
    return std::to_string(static_cast<int>(where));
  };
  return "SELECT iif(subscribers IS NULL, " + number(StoredMessage::Place::finished) + ", " +
         number(StoredMessage::Place::publication) + ")" + common +
         "NULL, finished_at, 1, receipt_due, 1, outcome, reason, subscribers, stored, ''"
         " FROM receipts";
}

StoredMessage read_stored(const Prepared& row) {
  StoredMessage m;
  m.place = static_cast<StoredMessage::Place>(row.number(place));
  m.position = static_cast<std::uint64_t>(row.number(position));
  m.target = row.text(target);
  m.sender = row.text(sender);
  m.message_id = row.text(message_id);
  m.topic = row.text(topic);
  m.accepted_at = row.time(accepted_at);
  m.stored_at = row.optional_time(stored_at);
  m.expires_at = row.optional_time(expires_at);
  m.attempted_at = row.optional_time(attempted_at);
  m.finished_at = row.optional_time(finished_at);
  m.attempts = static_cast<std::uint32_t>(row.number(attempts));
  m.promised = row.flag(promised);
  m.reliable = row.flag(reliable);
  m.asked = row.flag(asked);
  m.priority = static_cast<std::uint8_t>(row.number(priority));
  m.outcome = row.text(outcome);
  m.reason = row.text(reason);
  m.last_error = row.text(last_error);
  m.trail = row.text(trail);
  m.subscribers = static_cast<std::uint64_t>(row.number(subscribers));
  m.stored = static_cast<std::uint64_t>(row.number(stored_for));
  const std::string_view message = row.text(text);
  m.tail = message.substr(message.empty() ? 0 : 1);
  return m;
}

void read_all(Prepared& statement, std::vector<StoredMessage>& into) {
  ResetAtEnd at_end(statement);
  while (statement.step()) into.push_back(read_stored(statement));
}

void settle(std::vector<StoredMessage>& rows) {
  const auto order = [](const StoredMessage& m) {
    return std::tuple(m.position, m.place == StoredMessage::Place::dead);
  };
  std::sort(rows.begin(), rows.end(), [&order](const StoredMessage& a, const StoredMessage& b) {
    return order(a) < order(b);
  });
  const auto same = [](const StoredMessage& a, const StoredMessage& b) {
    return a.position == b.position;
  };
  rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
}

}  // namespace signal_hub::adapters
