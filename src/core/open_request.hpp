// OpenRequest: a request that is owed an answer, now or later.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/ids.hpp"
#include "core/dedupe.hpp"

namespace signal_hub::core {

struct OpenRequest {
  static constexpr std::size_t no_type = SIZE_MAX;

  ReplyTo reply_to;
  std::string message_id;
  DedupeId retry{};            // not valid: its answer is not remembered in memory
  std::uint32_t digest = 0;    // of type, target and payload, if a retry is recognised; not 0 then
  bool id_on_disk = false;     // a retry is recognised by what is stored: its answer is found there
  std::size_t type = no_type;  // index of wire::Request
};

}  // namespace signal_hub::core
