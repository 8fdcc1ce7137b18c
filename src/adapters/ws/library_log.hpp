// What libwebsockets has to say, rate-limited, to the hub's log.
#pragma once

#include "app/ports.hpp"

namespace signal_hub::adapters {

/// While alive, warnings and errors of libwebsockets go to `events`. Its emitter is a plain
/// function without a user pointer, so there can be only one at a time.
class LibraryLog {
 public:
  explicit LibraryLog(app::TransportEvents& events);
  ~LibraryLog();
  LibraryLog(const LibraryLog&) = delete;
  LibraryLog& operator=(const LibraryLog&) = delete;
};

}  // namespace signal_hub::adapters
