// Mail texts: brings what is on disk only back into mailboxes, a portion at a time.
#pragma once

#include "core/actor.hpp"
#include "core/load.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

/// Asks for the first messages in `box` that are on disk only, unless that was done already.
void ask_for_texts(State& state, ActorId id, Mailbox& box, bool reliable);

/// Those that have expired and are on disk only, so that they can be given up.
void ask_for_expired(State& state, ActorId id, Mailbox& box, bool reliable, Now now);

void texts_loaded(State& state, const LoadRequest::Texts& asked, const TextsLoad& load,
                  Loaded loaded, Now now);

}  // namespace signal_hub::core
