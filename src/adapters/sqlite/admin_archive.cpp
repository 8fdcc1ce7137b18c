#include "adapters/sqlite/admin_archive.hpp"

#include <exception>
#include <memory>

#include "adapters/sqlite/admin_queries.hpp"
#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/fault.hpp"
#include "base/limits.hpp"

namespace signal_hub::adapters {

SqliteArchive::SqliteArchive(uv_loop_t* loop, std::string path)
    : loop_(loop), path_(std::move(path)), job_(loop) {}

void SqliteArchive::close() {
  closed_ = true;
  waiting_.clear();
  while (job_.busy()) uv_run(loop_, UV_RUN_ONCE);
  db_.reset();
}

bool SqliteArchive::ask(std::uint64_t ticket, app::ArchiveQuery query) {
  if (closed_ || waiting_.size() >= limits::admin_waiting) return false;
  waiting_.emplace_back(ticket, std::move(query));
  next();
  return true;
}

void SqliteArchive::next() {
  if (job_.busy() || waiting_.empty()) return;
  const auto question =
      std::make_shared<std::pair<std::uint64_t, app::ArchiveQuery>>(std::move(waiting_.front()));
  waiting_.pop_front();
  const auto reply = std::make_shared<std::optional<app::ArchiveReply>>();
  job_.start([this, question, reply] { *reply = look_up(question->first, question->second); },
             [this, reply] {
               replies_.push_back(std::move(**reply));
               next();
             });
}

app::ArchiveReply SqliteArchive::look_up(std::uint64_t ticket, const app::ArchiveQuery& query) {
  try {
    if (!db_) db_.emplace(open_reader(path_));
    return {ticket, answer_query(*db_, query)};
  } catch (const SQLite::Exception& error) {
    const std::string reason = fault_of(error).reason;
    db_.reset();
    return {ticket, fail(reason)};
  } catch (const std::exception& error) {
    db_.reset();
    return {ticket, fail(std::string(error.what()))};
  }
}

}  // namespace signal_hub::adapters
