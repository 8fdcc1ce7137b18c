// Names of reliable deliveries on the wire: `<run>-<number>` of a position (PROTOCOL.md §7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace signal_hub::wire {

std::string delivery_id(std::uint64_t position);

/// Nullopt: no text of delivery_id().
std::optional<std::uint64_t> position_of(std::string_view delivery_id);

}  // namespace signal_hub::wire
