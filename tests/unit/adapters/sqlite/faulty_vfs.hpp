// A disk that fails or stalls on demand: SQLite's default VFS while it lives, on top of the real
// one (https://www.sqlite.org/vfs.html).
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace signal_hub::test {

class FaultyVfs {
 public:
  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  // Result codes; SQLITE_OK lets the call through.
  std::atomic<int> open_result{SQLITE_OK};
  std::atomic<int> write_result{SQLITE_OK};
  std::atomic<int> sync_result{SQLITE_OK};

  std::atomic<int> syncs{0};  // asked for so far

  /// Syncs wait until they are released.
  void hold_syncs();
  void release_syncs();

  /// False: none has come for half a minute. REQUIRES: they are held.
  bool await_sync();

  // Called by the file methods.
  sqlite3_vfs* real() { return real_; }
  int sync();

 private:
  sqlite3_vfs vfs_{};
  sqlite3_vfs* real_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool hold_ = false;
  int waiting_ = 0;
};

}  // namespace signal_hub::test
