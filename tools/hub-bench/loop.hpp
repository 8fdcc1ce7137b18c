#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "time.hpp"

namespace hub_bench {

/// Somebody with a file descriptor in the loop.
class Watcher {
 public:
  Watcher() = default;
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  virtual ~Watcher() = default;

  virtual void readable() = 0;
  virtual void writable() = 0;
  /// Once after the turn in which flush_later() was called.
  virtual void flush() = 0;
};

/// epoll on one thread. What a turn has queued leaves at its end, so that it leaves together.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void add(int fd, Watcher& watcher, bool read, bool write) const;
  void change(int fd, Watcher& watcher, bool read, bool write) const;
  /// Also safe within a turn, for a watcher that still has events to come.
  void remove(int fd, Watcher& watcher);
  void flush_later(Watcher& watcher) { to_flush_.push_back(&watcher); }

  /// Waits at most `timeout` for events and serves them.
  void turn(Nanos timeout);
  /// Lets everything that was queued since leave.
  void flush();

  /// Where a readable watcher may put what it reads; nobody else's until it returns.
  std::span<char> read_buffer() { return read_buffer_; }

 private:
  struct Event {
    Watcher* watcher;
    bool read;
    bool write;
  };

  int epoll_;
  std::vector<char> read_buffer_;
  std::vector<Watcher*> to_flush_;
  std::vector<Event> events_;
};

}  // namespace hub_bench
