/* Sets a hub's clocks forward: loaded before the C library (LD_PRELOAD), it adds to each reading the
   nanoseconds, a 64-bit number, in the file named by CLOCK_SHIFT. The clocks of processor time stay.

   It asks the kernel itself: libfaketime, which looks the true functions up when first called, needs
   memory for that, and jemalloc the time before it gives any. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

static const volatile int64_t* shift;

__attribute__((constructor)) static void map_shift(void) {
  const char* name = getenv("CLOCK_SHIFT");
  int fd = name == NULL ? -1 : open(name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  void* page = mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, fd, 0);
  if (page != MAP_FAILED) shift = page;
  close(fd);
}

int clock_gettime(clockid_t clock, struct timespec* at) {
  if (syscall(SYS_clock_gettime, clock, at) != 0) return -1;
  if (shift == NULL || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID) {
    return 0;
  }
  const int64_t ns = at->tv_nsec + *shift;
  at->tv_sec += ns / SECOND;
  at->tv_nsec = ns % SECOND;
  return 0;
}

int gettimeofday(struct timeval* at, void* zone) {
  (void)zone;
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at != NULL) *at = now.tv_sec;
  return now.tv_sec;
}
