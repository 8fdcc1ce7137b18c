#include "adapters/sqlite/lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace signal_hub::adapters {
namespace {

std::string holder(int fd) {
  std::array<char, 32> text{};
  const ssize_t size = pread(fd, text.data(), text.size(), 0);
  std::string pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  pid = pid.substr(0, pid.find('\n'));
  return pid.empty() ? "another process" : "the process " + pid;
}

bool write_pid(int fd) {
  const std::string pid = std::to_string(getpid()) + "\n";
  return ftruncate(fd, 0) == 0 &&
         pwrite(fd, pid.data(), pid.size(), 0) == static_cast<ssize_t>(pid.size());
}

}  // namespace

Result<FileLock> FileLock::take(const std::string& database) {
  const std::string path = database + ".lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) {
    return fail("cannot create the lock file " + path + ": " + std::strerror(errno) +
                "; give another place with --db");
  }
  FileLock lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail("cannot lock " + path + ": " + std::strerror(errno));
    return fail("the database " + database + " is in use by " + holder(fd) + ", which holds " +
                path + "; stop it, or give another file with --db");
  }
  static_cast<void>(fchmod(fd, 0640));  // whatever the umask, if the file is ours
  // Only for people: a full disk must not keep a hub from starting.
  static_cast<void>(write_pid(fd));
  return lock;
}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace signal_hub::adapters
