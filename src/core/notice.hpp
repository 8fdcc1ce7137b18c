// Notice: what the sender of a stored message is told when its fate is on disk.
#pragma once

#include <cstdint>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace signal_hub::core {

struct Notice {
  std::uint64_t position = 0;
  std::string outcome;  // delivered, acknowledged or dead_lettered
  std::string reason;   // of a dead letter
  WallTime at{};
  std::string target;
  // From the message, unless it is on disk only: then `sender` is empty and is read first.
  std::string sender;
  std::string message_id;
  ConnId conn;        // it was sent from
  bool asked = true;  // the sender wants to hear; else only the log does
};

}  // namespace signal_hub::core
