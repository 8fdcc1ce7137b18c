#include "adapters/sqlite/loader.hpp"

#include <sqlite3.h>

#include <array>
#include <exception>
#include <variant>

#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/prepared.hpp"
#include "adapters/sqlite/rows.hpp"
#include "adapters/sqlite/stored_messages.hpp"

namespace signal_hub::adapters {
namespace {

using core::LoadRequest;

const std::string at_position = " WHERE position = ?1";
const std::string in_range = " WHERE position BETWEEN ?1 AND ?2";
const std::string with_id =
    " WHERE message_id = ?1 AND (?2 IS NULL OR sender = ?2) ORDER BY position DESC LIMIT ?3";

}  // namespace

struct Loader::Connection {
  explicit Connection(const std::string& path)
      : db(open_reader(path)),
        waiting_text(db, select_waiting(WithText::yes) + at_position),
        ranges{Prepared(db, select_waiting(WithText::no) + in_range),
               Prepared(db, select_finished() + in_range),
               Prepared(db, select_dead(WithText::no) + in_range)},
        receipts(db, select_finished() +
                         " WHERE receipt_due AND sender = ?1 AND finished_at > ?2 AND position > ?4"
                         " ORDER BY position LIMIT ?3") {}
  /// Everything is read as of one moment until finish().
  void begin() {
    if (sqlite3_get_autocommit(db.getHandle()) != 0) db.exec("BEGIN");
  }
  void finish() { db.tryExec("COMMIT"); }

  SQLite::Database db;
  Prepared waiting_text;
  std::array<Prepared, 3> ranges;
  Prepared receipts;
};

/// One request, within a transaction: a message does not move while it is looked for.
struct Loader::Ask {
  using Rows = std::vector<core::StoredMessage>;

  Rows operator()(const LoadRequest::Texts& texts) const {
    return each(connection.waiting_text, texts.positions);
  }

  Rows operator()(const LoadRequest::Receipts& wanted) const {
    Rows rows;
    connection.receipts.bind(1, std::string_view(wanted.sender))
        .bind(2, receipts_since)
        .bind(3, static_cast<std::int64_t>(wanted.most))
        .bind(4, stored(wanted.after));
    read_all(connection.receipts, rows);
    return rows;
  }

  Rows operator()(const LoadRequest::Range& range) const {
    Rows rows;
    for (Prepared& find : connection.ranges) {
      read_all(find.bind(1, stored(range.first)).bind(2, stored(range.last)), rows);
    }
    return rows;
  }

  Rows operator()(const LoadRequest::Search& search) const {
    Rows rows;
    const auto most = static_cast<std::int64_t>(search.most);
    for (const std::string& select :
         {select_waiting(WithText::no), select_finished(), select_dead(WithText::no)}) {
      Prepared find(connection.db, select + with_id);
      find.bind(1, std::string_view(search.message_id)).bind(3, most);
      if (search.sender) find.bind(2, std::string_view(*search.sender));
      read_all(find, rows);
    }
    settle(rows);
    if (rows.size() > search.most) rows.erase(rows.begin(), rows.end() - most);  // the newest stay
    return rows;
  }

  static Rows each(Prepared& find, const std::vector<std::uint64_t>& positions) {
    Rows rows;
    rows.reserve(positions.size());
    for (const std::uint64_t position : positions) read_all(find.bind(1, stored(position)), rows);
    return rows;
  }

  Connection& connection;
  std::int64_t receipts_since;
};

Loader::Loader(std::string path, Millis receipt_ttl)
    : path_(std::move(path)), receipt_ttl_(receipt_ttl) {}

Loader::~Loader() = default;

void Loader::close() { connection_.reset(); }

std::vector<core::Loaded> Loader::load(const std::vector<LoadRequest>& requests, WallTime aged_at) {
  const std::int64_t since = receipt_ttl_ == 0ms ? INT64_MIN : epoch_ms(aged_at - receipt_ttl_);
  std::vector<core::Loaded> answers;
  answers.reserve(requests.size());
  for (const LoadRequest& request : requests) {
    try {
      if (!connection_) connection_ = std::make_unique<Connection>(path_);
      connection_->begin();
      answers.push_back({request.id, std::visit(Ask{*connection_, since}, request.what), false});
      settle(answers.back().rows);
    } catch (const std::exception&) {
      connection_.reset();
      answers.push_back({request.id, {}, true});
    }
  }
  if (connection_) connection_->finish();
  return answers;
}

}  // namespace signal_hub::adapters
