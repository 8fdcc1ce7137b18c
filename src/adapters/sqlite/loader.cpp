#include "adapters/sqlite/loader.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

#include <exception>

#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/rows.hpp"

namespace signal_hub::adapters {

std::vector<core::Loaded> Loader::load(const std::vector<core::LoadRequest>& requests) {
  std::vector<core::Loaded> answers;
  answers.reserve(requests.size());
  for (const core::LoadRequest& request : requests) {
    try {
      answers.push_back(load_one(request));
    } catch (const std::exception&) {
      db_.reset();
      answers.push_back({request.id, {}, true});
    }
  }
  return answers;
}

core::Loaded Loader::load_one(const core::LoadRequest& request) {
  if (!db_) db_.emplace(open_reader(path_));
  core::Loaded answer{request.id, {}, false};
  answer.rows.reserve(request.positions.size());
  SQLite::Statement find(*db_, "SELECT message FROM messages WHERE position = ?");
  for (const std::uint64_t position : request.positions) {
    find.bind(1, stored(position));
    if (find.executeStep()) {
      std::string tail = find.getColumn(0).getString();
      if (!tail.empty()) tail.erase(0, 1);
      answer.rows.push_back({position, std::move(tail)});
    }
    find.reset();
  }
  return answer;
}

}  // namespace signal_hub::adapters
