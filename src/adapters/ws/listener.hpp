// Listeners: the sockets the hub accepts on.
//
// The hub binds and accepts itself and hands libwebsockets connected sockets: so a port in use is
// an error instead of a deaf server, 127.0.0.1 binds just that, and when descriptors run out the
// surplus is closed instead of spinning on accept().
#pragma once

#include <sys/types.h>
#include <uv.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/listen_address.hpp"
#include "base/result.hpp"

namespace signal_hub::adapters {

class Listener {
 public:
  /// Takes ownership of a connected, non-blocking descriptor; -1: there was none left for a
  /// connection, which was closed unheard.
  using OnAccept = std::function<void(int fd, const ListenAddress& address)>;

  /// A unix socket's file that nobody listens on any more is replaced; a file of another kind never
  /// is. Errors: a sentence naming the address.
  static Result<std::unique_ptr<Listener>> open(uv_loop_t* loop, const ListenAddress& address,
                                                OnAccept on_accept,
                                                mode_t file_mode = default_file_mode);

  /// Of a unix socket's file.
  static constexpr mode_t default_file_mode = 0660;

  /// Stops accepting; a unix socket's file is removed, unless another has taken its place.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// With the real port.
  const ListenAddress& address() const { return address_; }

 private:
  Listener(int fd, ListenAddress address, OnAccept on_accept);
  void accept_ready();

  int fd_;
  int spare_fd_;  // given up to accept and close one when descriptors run out
  ListenAddress address_;
  OnAccept on_accept_;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> file_;  // device, inode of the unix socket
  uv_poll_t* poll_ = nullptr;                                    // freed by its close callback
};

}  // namespace signal_hub::adapters
