// Reads texts of waiting messages, on a connection that only reads and so never blocks the writer.
// Lives on the worker that runs the store's load job.
#pragma once

#include <SQLiteCpp/Database.h>

#include <optional>
#include <string>
#include <vector>

#include "core/journal_entries.hpp"

namespace signal_hub::adapters {

/// Not thread-safe: one call at a time.
class Loader {
 public:
  explicit Loader(std::string path) : path_(std::move(path)) {}

  /// Never throws; an answer for each request, failed ones included.
  std::vector<core::Loaded> load(const std::vector<core::LoadRequest>& requests);

  void close() { db_.reset(); }

 private:
  core::Loaded load_one(const core::LoadRequest& request);

  std::string path_;
  std::optional<SQLite::Database> db_;  // opened when first needed
};

}  // namespace signal_hub::adapters
