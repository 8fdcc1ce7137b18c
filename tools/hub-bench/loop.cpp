#include "loop.hpp"

#include <sys/epoll.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace hub_bench {
namespace {

constexpr std::size_t read_size = std::size_t{256} * 1024;
constexpr std::size_t events_a_turn = 256;

epoll_event event_for(Watcher& watcher, bool read, bool write) {
  epoll_event event{};
  event.events = (read ? EPOLLIN : 0U) | (write ? EPOLLOUT : 0U);
  event.data.ptr = &watcher;
  return event;
}

void control(int epoll, int operation, int fd, epoll_event* event) {
  if (epoll_ctl(epoll, operation, fd, event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

}  // namespace

Loop::Loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)), read_buffer_(read_size) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

Loop::~Loop() { ::close(epoll_); }

void Loop::add(int fd, Watcher& watcher, bool read, bool write) const {
  epoll_event event = event_for(watcher, read, write);
  control(epoll_, EPOLL_CTL_ADD, fd, &event);
}

void Loop::change(int fd, Watcher& watcher, bool read, bool write) const {
  epoll_event event = event_for(watcher, read, write);
  control(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void Loop::remove(int fd, Watcher& watcher) {
  control(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  for (Event& event : events_) {
    if (event.watcher == &watcher) event.watcher = nullptr;
  }
  std::erase(to_flush_, &watcher);
}

void Loop::turn(Nanos timeout) {
  std::array<epoll_event, events_a_turn> ready;
  const timespec wait{timeout / second, timeout % second};
  const int count = epoll_pwait2(epoll_, ready.data(), events_a_turn, &wait, nullptr);
  if (count < 0 && errno != EINTR) {
    throw std::system_error(errno, std::generic_category(), "epoll_pwait2");
  }
  events_.clear();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = ready[static_cast<std::size_t>(i)];
    constexpr unsigned ended = EPOLLERR | EPOLLHUP;
    // Reading tells why a connection has ended, also one that nobody reads from.
    events_.push_back({static_cast<Watcher*>(event.data.ptr),
                       (event.events & (EPOLLIN | ended)) != 0, (event.events & EPOLLOUT) != 0});
  }
  // Serving one may null others.
  for (const Event& event : events_) {
    if (event.write && event.watcher != nullptr) event.watcher->writable();
    if (event.read && event.watcher != nullptr) event.watcher->readable();
  }
  events_.clear();
}

void Loop::flush() {
  while (!to_flush_.empty()) {
    Watcher* watcher = to_flush_.back();
    to_flush_.pop_back();
    watcher->flush();
  }
}

}  // namespace hub_bench
