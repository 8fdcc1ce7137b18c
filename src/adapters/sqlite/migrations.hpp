// The schema's history, embedded from migrations/*.sql when the hub is built.
#pragma once

#include <span>
#include <string_view>

namespace signal_hub::adapters {

struct Migration {
  int number;  // the schema it leads to, from 1 without a gap
  std::string_view name;
  std::string_view sql;
};

std::span<const Migration> migrations();

}  // namespace signal_hub::adapters
