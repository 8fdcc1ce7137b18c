// Dead letters as lines: a table for people, JSON as the administration API has it for programs.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "app/dead_letters.hpp"

namespace signal_hub::cli {

/// With a heading; nothing if there are none.
void print_table(const std::vector<app::DeadLetter>& letters, std::ostream& out);

/// One object; `detailed`: with history and message.
std::string dead_letter_json(const app::DeadLetter& letter, bool detailed);

/// Its story and its message.
std::string dead_letter_text(const app::DeadLetter& letter);

}  // namespace signal_hub::cli
