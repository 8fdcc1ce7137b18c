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
  std::string dedupe_key;      // empty: its answer is not remembered
  std::size_t type = no_type;  // index of wire::Request
};

}  // namespace signal_hub::core
