// OpenRequest: a request that is owed an answer, now or later.
#pragma once

#include <string>
#include <utility>

#include "base/ids.hpp"
#include "core/dedupe.hpp"

namespace signal_hub::core {

struct OpenRequest {
  ReplyTo reply_to;
  std::string message_id;
  std::string dedupe_key;  // empty: its answer is not remembered
};

}  // namespace signal_hub::core
