// Duplicates: reliable messages whose id was accepted before, by this run of the hub or an earlier
// one (PROTOCOL.md §7: the first answer again, with `duplicate:true`).
#pragma once

#include <string>
#include <string_view>

#include "core/handlers/context.hpp"
#include "core/load.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

/// True: a message with this id may have been accepted; the store is asked, and the request is
/// answered when it has said so, or `frame` is taken anew. `target`: an actor or a topic.
bool may_be_duplicate(Context& c, std::string_view target, bool answered, std::string_view frame);

void duplicate_loaded(State& state, DuplicateLoad load, const Loaded& loaded, Now now);

/// From now on it is known. `digest`: of what was sent, 0 if that is not known.
void remember_id(State& state, std::string_view sender, std::string_view message_id,
                 std::uint32_t digest, std::uint64_t position, Now now);

/// REQUIRES: `request` is c's, a reliable one that is stored at `position`.
void remember_id(Context& c, OpenRequest& request, std::uint64_t position);

}  // namespace signal_hub::core
