// Names of what the registry and the topics hold.
#pragma once

#include "base/ids.hpp"

namespace signal_hub::core {

using ActorId = SlotId<struct ActorTag>;
using TopicId = SlotId<struct TopicTag>;
using SubscriptionId = SlotId<struct SubscriptionTag>;

}  // namespace signal_hub::core
