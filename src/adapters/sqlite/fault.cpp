#include "adapters/sqlite/fault.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>

namespace signal_hub::adapters {
namespace {

struct Code {
  int number;
  const char* name;
};

constexpr std::array codes{
    Code{SQLITE_ERROR, "SQLITE_ERROR"},
    Code{SQLITE_PERM, "SQLITE_PERM"},
    Code{SQLITE_BUSY, "SQLITE_BUSY"},
    Code{SQLITE_LOCKED, "SQLITE_LOCKED"},
    Code{SQLITE_NOMEM, "SQLITE_NOMEM"},
    Code{SQLITE_READONLY, "SQLITE_READONLY"},
    Code{SQLITE_IOERR, "SQLITE_IOERR"},
    Code{SQLITE_CORRUPT, "SQLITE_CORRUPT"},
    Code{SQLITE_FULL, "SQLITE_FULL"},
    Code{SQLITE_CANTOPEN, "SQLITE_CANTOPEN"},
    Code{SQLITE_PROTOCOL, "SQLITE_PROTOCOL"},
    Code{SQLITE_TOOBIG, "SQLITE_TOOBIG"},
    Code{SQLITE_CONSTRAINT, "SQLITE_CONSTRAINT"},
    Code{SQLITE_MISMATCH, "SQLITE_MISMATCH"},
    Code{SQLITE_NOTADB, "SQLITE_NOTADB"},
    Code{SQLITE_BUSY_RECOVERY, "SQLITE_BUSY_RECOVERY"},
    Code{SQLITE_BUSY_SNAPSHOT, "SQLITE_BUSY_SNAPSHOT"},
    Code{SQLITE_IOERR_READ, "SQLITE_IOERR_READ"},
    Code{SQLITE_IOERR_SHORT_READ, "SQLITE_IOERR_SHORT_READ"},
    Code{SQLITE_IOERR_WRITE, "SQLITE_IOERR_WRITE"},
    Code{SQLITE_IOERR_FSYNC, "SQLITE_IOERR_FSYNC"},
    Code{SQLITE_IOERR_DIR_FSYNC, "SQLITE_IOERR_DIR_FSYNC"},
    Code{SQLITE_IOERR_TRUNCATE, "SQLITE_IOERR_TRUNCATE"},
    Code{SQLITE_IOERR_FSTAT, "SQLITE_IOERR_FSTAT"},
    Code{SQLITE_IOERR_LOCK, "SQLITE_IOERR_LOCK"},
    Code{SQLITE_IOERR_SHMOPEN, "SQLITE_IOERR_SHMOPEN"},
    Code{SQLITE_IOERR_SHMSIZE, "SQLITE_IOERR_SHMSIZE"},
    Code{SQLITE_IOERR_SHMMAP, "SQLITE_IOERR_SHMMAP"},
    Code{SQLITE_READONLY_RECOVERY, "SQLITE_READONLY_RECOVERY"},
    Code{SQLITE_READONLY_CANTLOCK, "SQLITE_READONLY_CANTLOCK"},
    Code{SQLITE_READONLY_ROLLBACK, "SQLITE_READONLY_ROLLBACK"},
    Code{SQLITE_READONLY_DBMOVED, "SQLITE_READONLY_DBMOVED"},
    Code{SQLITE_READONLY_CANTINIT, "SQLITE_READONLY_CANTINIT"},
    Code{SQLITE_READONLY_DIRECTORY, "SQLITE_READONLY_DIRECTORY"},
    Code{SQLITE_CONSTRAINT_CHECK, "SQLITE_CONSTRAINT_CHECK"},
    Code{SQLITE_CONSTRAINT_DATATYPE, "SQLITE_CONSTRAINT_DATATYPE"},
    Code{SQLITE_CONSTRAINT_NOTNULL, "SQLITE_CONSTRAINT_NOTNULL"},
    Code{SQLITE_CONSTRAINT_TRIGGER, "SQLITE_CONSTRAINT_TRIGGER"},
};

const char* find_name(int number) {
  const auto* found =
      std::find_if(codes.begin(), codes.end(), [number](Code c) { return c.number == number; });
  return found == codes.end() ? nullptr : found->name;
}

Fault::Kind kind_of(int primary) {
  switch (primary) {
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT: return Fault::Kind::medium;
    case SQLITE_ERROR:
    case SQLITE_TOOBIG:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE: return Fault::Kind::row;
    // I/O errors, a file that is gone, damaged or not writable.
    default: return Fault::Kind::connection;
  }
}

}  // namespace

int code_of(const SQLite::Exception& error) {
  // A backup's errors carry the primary code only.
  const int extended = error.getExtendedErrorCode();
  return extended > 0 ? extended : error.getErrorCode();
}

std::string code_name(int extended_code) {
  if (const char* name = find_name(extended_code)) return name;
  if (const char* name = find_name(extended_code & 0xff)) return name;
  return "SQLite code " + std::to_string(extended_code);
}

Fault fault_of(const SQLite::Exception& error) {
  const int extended = code_of(error);
  const Fault::Kind kind = kind_of(extended & 0xff);
  // The statement's own error tells more than its code does.
  const std::string sentence =
      kind == Fault::Kind::row ? error.what() : sqlite3_errstr(extended & 0xff);
  return {kind, sentence + " (" + code_name(extended) + ")"};
}

}  // namespace signal_hub::adapters
