// A prepared statement as thin as SQLite allows, for what runs for every message: SQLiteCpp's
// checks and copies would cost as much as the statement. Numbering is SQLite's: parameters from 1,
// columns from 0.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

struct sqlite3_stmt;

namespace signal_hub::adapters {

class Prepared {
 public:
  /// Throws SQLite::Exception, as all of it does. REQUIRES: the database outlives it.
  Prepared(SQLite::Database& db, std::string_view sql);

  Prepared& bind(int index, std::int64_t number);
  /// Refers to the text, which must outlive the run.
  Prepared& bind(int index, std::string_view text);
  Prepared& bind(int index, std::optional<WallTime> time);
  Prepared& bind(int index, bool flag) { return bind(index, std::int64_t{flag ? 1 : 0}); }
  template <class Text>
  Prepared& bind(int, Text*) = delete;  // it would be a flag

  /// To its end. A statement that is not reset keeps its transaction open: afterwards it is,
  /// whatever has become of it. Returns how many rows it has changed.
  std::int64_t run();

  /// True: at a row. False: there are no more, and it is reset.
  bool step();
  void reset() noexcept;

  /// Of the row it is at. Texts are valid until the next step.
  std::int64_t number(int column) const;
  std::string_view text(int column) const;
  bool flag(int column) const { return number(column) != 0; }
  WallTime time(int column) const { return from_epoch_ms(number(column)); }
  std::optional<WallTime> optional_time(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  void check(int code);

  SQLite::Database& db_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// Resets a statement that was left before its end.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Prepared& statement) : statement_(statement) {}
  ~ResetAtEnd() { statement_.reset(); }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;

 private:
  Prepared& statement_;
};

}  // namespace signal_hub::adapters
