/* Makes a hub's disk fail: loaded before the C library (LD_PRELOAD), it lets writes and syncs of
   the database's files do what the file named by DISK_FAULT says: "ENOSPC", "EIO", "EROFS", or
   "slow N", which delays each sync by N milliseconds. Empty or missing: nothing. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int is_database(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n <= 0) return 0;
  path[n] = 0;
  return strstr(path, "hub.db") != NULL && strstr(path, ".lock") == NULL;
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

/* The error a call must fail with; 0: none. */
static int fault(int fd, int is_sync) {
  if (!is_database(fd)) return 0;
  char text[64];
  wanted(text, sizeof text);
  if (strncmp(text, "slow ", 5) == 0 && is_sync) {
    long ms = atol(text + 5);
    struct timespec delay = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&delay, NULL);
    return 0;
  }
  if (strcmp(text, "EIO") == 0) return EIO;
  if (is_sync) return 0;
  if (strcmp(text, "ENOSPC") == 0) return ENOSPC;
  if (strcmp(text, "EROFS") == 0) return EROFS;
  return 0;
}

#define FAIL_IF_WANTED(fd, is_sync)   \
  do {                                \
    int error = fault(fd, is_sync);   \
    if (error != 0) {                 \
      errno = error;                  \
      return -1;                      \
    }                                 \
  } while (0)

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  FAIL_IF_WANTED(fd, 0);
  return syscall(SYS_pwrite64, fd, bytes, size, at);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  return pwrite64(fd, bytes, size, at);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  FAIL_IF_WANTED(fd, 0);
  return syscall(SYS_write, fd, bytes, size);
}

int fsync(int fd) {
  FAIL_IF_WANTED(fd, 1);
  return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
  FAIL_IF_WANTED(fd, 1);
  return (int)syscall(SYS_fdatasync, fd);
}
