// Writes to a socket past the library that owns it: in one call what is in two places, and pages
// of a file without copying them.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace signal_hub::adapters {

/// Sends `head` and behind it `tail`, without waiting; `file` holds the tail's text too, or is -1.
/// How many bytes the socket took, which may be none; nullopt: it is broken.
std::optional<std::size_t> send_both(int socket, std::string_view head, std::string_view tail,
                                     int file);

}  // namespace signal_hub::adapters
