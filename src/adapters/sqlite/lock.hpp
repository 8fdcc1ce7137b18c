// One hub per database: a lock on FILE.lock, which says who holds it (DESIGN.md, durability
// contract). The database itself cannot be locked so, because SQLite uses its own locks on it.
#pragma once

#include <string>
#include <utility>

#include "base/result.hpp"

namespace signal_hub::adapters {

/// Holds the lock as long as it lives. The lock file stays behind.
class FileLock {
 public:
  /// Does not wait. Errors: a sentence without its end that names the file and the holder.
  static Result<FileLock> take(const std::string& database);

  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace signal_hub::adapters
