// Reads messages, on a connection that only reads and so never blocks the writer. Lives on the
// worker that runs one of the store's load jobs.
#pragma once

#include <SQLiteCpp/Database.h>

#include <memory>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "core/journal_entries.hpp"

namespace signal_hub::adapters {

/// Not thread-safe: one call at a time.
class Loader {
 public:
  /// Receipts older than `receipt_ttl` are nobody's any more; 0: none is.
  Loader(std::string path, Millis receipt_ttl);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Never throws; an answer for each request, failed ones included. `aged_at` tells a receipt's
  /// age.
  std::vector<core::Loaded> load(const std::vector<core::LoadRequest>& requests, WallTime aged_at);

  void close();

 private:
  struct Connection;
  struct Ask;

  std::string path_;
  Millis receipt_ttl_;
  std::unique_ptr<Connection> connection_;  // opened when first needed
};

}  // namespace signal_hub::adapters
