/* Makes a hub's disk fail: loaded before the C library (LD_PRELOAD), it lets writes and syncs of
   the database's files do what the file named by DISK_FAULT says: "ENOSPC", "EIO", "EROFS",
   "EIO sync", which fails syncs only, "slow N", which delays each sync by N milliseconds, or
   "kill N": the Nth write from then on ends the process when half of it is done. Empty or missing:
   nothing.

   What was written and what was synced is noted in the file named by DISK_WRITES, if any: lines of
   what (w: a write begins, t: cut to a size, b: a sync begins, e: it was done, f: it failed),
   file, thread, place, size. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Its name without the folder; NULL: it is none of the database's files. */
static const char* database_file(int fd, char* path, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, size - 1);
  if (n <= 0) return NULL;
  path[n] = 0;
  const char* name = strstr(path, "hub.db");
  return name == NULL || strstr(path, ".lock") != NULL ? NULL : name;
}

static void wanted(char* text, size_t size) {
  text[0] = 0;
  const char* name = getenv("DISK_FAULT");
  int fd = name == NULL ? -1 : open(name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  ssize_t n = read(fd, text, size - 1);
  text[n > 0 ? n : 0] = 0;
  close(fd);
}

static void note(char what, int fd, long at, long size) {
  static atomic_int file = -2;
  const char* name = getenv("DISK_WRITES");
  char path[4096], line[256];
  const char* database = name == NULL ? NULL : database_file(fd, path, sizeof path);
  if (database == NULL) return;
  if (file == -2) file = open(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  int n = snprintf(line, sizeof line, "%c %.100s %d %ld %ld\n", what, database, gettid(), at, size);
  if (syscall(SYS_write, file, line, n) != n) abort();
}

/* The error a call must fail with; 0: none. */
static int fault(int fd, int is_sync) {
  char path[4096], text[64];
  if (database_file(fd, path, sizeof path) == NULL) return 0;
  wanted(text, sizeof text);
  if (strncmp(text, "slow ", 5) == 0 && is_sync) {
    long ms = atol(text + 5);
    struct timespec delay = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&delay, NULL);
    return 0;
  }
  if (strcmp(text, "EIO") == 0) return EIO;
  if (is_sync) return strcmp(text, "EIO sync") == 0 ? EIO : 0;
  if (strcmp(text, "ENOSPC") == 0) return ENOSPC;
  if (strcmp(text, "EROFS") == 0) return EROFS;
  return 0;
}

/* Whether the process is to end amid this write. */
static int ends_here(int fd) {
  static atomic_long writes = 0;
  char path[4096], text[64];
  if (database_file(fd, path, sizeof path) == NULL) return 0;
  wanted(text, sizeof text);
  return strncmp(text, "kill ", 5) == 0 && ++writes >= atol(text + 5);
}

#define FAIL_IF_WANTED(fd, is_sync)     \
  do {                                  \
    int error = fault(fd, is_sync);     \
    if (error != 0) {                   \
      if (is_sync) note('f', fd, 0, 0); \
      errno = error;                    \
      return -1;                        \
    }                                   \
  } while (0)

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  FAIL_IF_WANTED(fd, 0);
  note('w', fd, at, (long)size);
  if (ends_here(fd)) {
    syscall(SYS_pwrite64, fd, bytes, size / 2, at);
    kill(getpid(), SIGKILL);
  }
  return syscall(SYS_pwrite64, fd, bytes, size, at);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  return pwrite64(fd, bytes, size, at);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  FAIL_IF_WANTED(fd, 0);
  return syscall(SYS_write, fd, bytes, size);
}

int ftruncate64(int fd, off64_t size) {
  note('t', fd, 0, size);
  return (int)syscall(SYS_ftruncate, fd, size);
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int synced(int fd, long number) {
  FAIL_IF_WANTED(fd, 1);
  note('b', fd, 0, 0);
  int result = (int)syscall(number, fd);
  note(result == 0 ? 'e' : 'f', fd, 0, 0);
  return result;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }

int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }
