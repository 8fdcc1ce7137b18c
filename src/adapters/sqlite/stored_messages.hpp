// Messages as the tables know them: waiting, finished, dead, as rows of one shape.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "adapters/sqlite/prepared.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::adapters {

// Each gives what follows its SELECT: all columns `read_stored()` wants, in its order, from one
// table. A WHERE may follow.
enum class WithText : bool { no, yes };
std::string select_waiting(WithText text);
std::string select_finished();
std::string select_dead(WithText text);

/// The same with two columns more, which finished messages do not have.
std::string with_type_and_bytes(std::string select);
inline constexpr int bytes_column = 23;
inline constexpr int type_column = 24;  // empty: the text says none

/// Throws SQLite::Exception.
core::StoredMessage read_stored(const Prepared& row);

/// All rows of a statement whose parameters are bound. Throws SQLite::Exception.
void read_all(Prepared& statement, std::vector<core::StoredMessage>& into);

/// By position, each once: a dead letter is told as what became of the message, while that is
/// known.
void settle(std::vector<core::StoredMessage>& rows);

}  // namespace signal_hub::adapters
