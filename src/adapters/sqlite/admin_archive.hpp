// The archive on SQLite: questions as jobs on libuv's thread pool, on a connection that only reads.
#pragma once

#include <SQLiteCpp/Database.h>
#include <uv.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/sqlite/job.hpp"
#include "app/archive.hpp"

namespace signal_hub::adapters {

class SqliteArchive final : public app::Archive {
 public:
  SqliteArchive(uv_loop_t* loop, std::string path);

  /// Waits for the job that runs; runs the loop for it. REQUIRES: the loop does not run.
  void close();

  // app::Archive
  bool ask(std::uint64_t ticket, app::ArchiveQuery query) override;
  std::vector<app::ArchiveReply> take_replies() override { return std::exchange(replies_, {}); }

 private:
  void next();
  app::ArchiveReply look_up(std::uint64_t ticket, const app::ArchiveQuery& query);

  uv_loop_t* loop_;
  std::string path_;
  std::optional<SQLite::Database> db_;  // of the job; opened when first needed
  Job job_;
  bool closed_ = false;
  std::deque<std::pair<std::uint64_t, app::ArchiveQuery>> waiting_;
  std::vector<app::ArchiveReply> replies_;
};

}  // namespace signal_hub::adapters
