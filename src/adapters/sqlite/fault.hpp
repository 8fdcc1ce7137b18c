// A failed SQLite call, as the store acts on it (DESIGN.md, durability contract).
#pragma once

#include <SQLiteCpp/Exception.h>

#include <cstdint>
#include <string>

namespace signal_hub::adapters {

struct Fault {
  enum class Kind : std::uint8_t {
    medium,      // a disk that is full, a lock that is held: the same call may succeed later
    connection,  // and what this connection believes is not to be trusted: open another
    row,         // the statement's own: it fails whenever it is tried
  };
  Kind kind;
  std::string reason;  // "database or disk is full (SQLITE_FULL)"
};

Fault fault_of(const SQLite::Exception& error);

/// The extended result code; the primary one where it has none.
int code_of(const SQLite::Exception& error);

/// The symbol of an extended result code; of its primary code if it has none here.
std::string code_name(int extended_code);

}  // namespace signal_hub::adapters
