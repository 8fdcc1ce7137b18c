#include "faulty_vfs.hpp"

#include <chrono>
#include <new>

namespace signal_hub::test {
namespace {

/// What SQLite allocates for a file; the real file follows it.
struct File {
  sqlite3_file base;
  FaultyVfs* faults;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* file_of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return file_of(file)->real(); }
const sqlite3_io_methods* methods(sqlite3_file* file) { return real(file)->pMethods; }

int write(sqlite3_file* f, const void* bytes, int count, sqlite3_int64 at) {
  const int result = file_of(f)->faults->write_result;
  return result != SQLITE_OK ? result : methods(f)->xWrite(real(f), bytes, count, at);
}

int sync(sqlite3_file* f, int flags) {
  const int result = file_of(f)->faults->sync();
  return result != SQLITE_OK ? result : methods(f)->xSync(real(f), flags);
}

const sqlite3_io_methods faulty_methods{
    .iVersion = 2,
    .xClose = [](sqlite3_file* f) { return methods(f)->xClose(real(f)); },
    .xRead = [](sqlite3_file* f, void* to, int n,
                sqlite3_int64 at) { return methods(f)->xRead(real(f), to, n, at); },
    .xWrite = write,
    .xTruncate = [](sqlite3_file* f,
                    sqlite3_int64 size) { return methods(f)->xTruncate(real(f), size); },
    .xSync = sync,
    .xFileSize = [](sqlite3_file* f,
                    sqlite3_int64* size) { return methods(f)->xFileSize(real(f), size); },
    .xLock = [](sqlite3_file* f, int level) { return methods(f)->xLock(real(f), level); },
    .xUnlock = [](sqlite3_file* f, int level) { return methods(f)->xUnlock(real(f), level); },
    .xCheckReservedLock = [](sqlite3_file* f,
                             int* out) { return methods(f)->xCheckReservedLock(real(f), out); },
    .xFileControl = [](sqlite3_file* f, int op,
                       void* arg) { return methods(f)->xFileControl(real(f), op, arg); },
    .xSectorSize = [](sqlite3_file* f) { return methods(f)->xSectorSize(real(f)); },
    .xDeviceCharacteristics =
        [](sqlite3_file* f) { return methods(f)->xDeviceCharacteristics(real(f)); },
    .xShmMap =
        [](sqlite3_file* f, int region, int size, int extend, void volatile** out) {
          return methods(f)->xShmMap(real(f), region, size, extend, out);
        },
    .xShmLock = [](sqlite3_file* f, int offset, int n,
                   int flags) { return methods(f)->xShmLock(real(f), offset, n, flags); },
    .xShmBarrier = [](sqlite3_file* f) { methods(f)->xShmBarrier(real(f)); },
    .xShmUnmap = [](sqlite3_file* f, int remove) { return methods(f)->xShmUnmap(real(f), remove); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* f, int flags, int* out_flags) {
  auto* faults = static_cast<FaultyVfs*>(vfs->pAppData);
  File* file = new (f) File{};
  file->faults = faults;
  const int result = faults->open_result;
  if (result != SQLITE_OK) return result;
  sqlite3_vfs* under = faults->real();
  const int opened = under->xOpen(under, name, file->real(), flags, out_flags);
  if (file->real()->pMethods != nullptr) file->base.pMethods = &faulty_methods;
  return opened;
}

}  // namespace

FaultyVfs::FaultyVfs() : real_(sqlite3_vfs_find(nullptr)) {
  vfs_ = *real_;
  vfs_.zName = "faulty";
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
  vfs_.pNext = nullptr;
  vfs_.pAppData = this;
  vfs_.xOpen = open;
  // The real one's methods look at their own pAppData.
  vfs_.xDelete = [](sqlite3_vfs* v, const char* name, int dir) {
    sqlite3_vfs* under = static_cast<FaultyVfs*>(v->pAppData)->real();
    return under->xDelete(under, name, dir);
  };
  vfs_.xAccess = [](sqlite3_vfs* v, const char* name, int flags, int* out) {
    sqlite3_vfs* under = static_cast<FaultyVfs*>(v->pAppData)->real();
    return under->xAccess(under, name, flags, out);
  };
  vfs_.xFullPathname = [](sqlite3_vfs* v, const char* name, int size, char* out) {
    sqlite3_vfs* under = static_cast<FaultyVfs*>(v->pAppData)->real();
    return under->xFullPathname(under, name, size, out);
  };
  sqlite3_vfs_register(&vfs_, 1);
}

FaultyVfs::~FaultyVfs() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(real_, 1);
}

void FaultyVfs::hold_syncs() {
  const std::lock_guard guard(mutex_);
  hold_ = true;
}

void FaultyVfs::release_syncs() {
  const std::lock_guard guard(mutex_);
  hold_ = false;
  changed_.notify_all();
}

bool FaultyVfs::await_sync() {
  std::unique_lock guard(mutex_);
  return changed_.wait_for(guard, std::chrono::seconds(30), [this] { return waiting_ > 0; });
}

int FaultyVfs::sync() {
  std::unique_lock guard(mutex_);
  ++syncs;
  ++waiting_;
  changed_.notify_all();
  changed_.wait(guard, [this] { return !hold_; });
  --waiting_;
  return sync_result;
}

}  // namespace signal_hub::test
