// Loads: asks the store, and brings its answers to who asked.
#pragma once

#include <utility>

#include "core/load.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

/// The load gets an id of its own.
void ask_store(State& state, Load load);

template <class What, class Purpose>
void ask_store(State& state, What what, Purpose purpose) {
  ask_store(state, Load{LoadRequest{0, std::move(what)}, std::move(purpose)});
}

/// An answer of the store. What nobody would ask for once more is put off if it could not be read;
/// whoever can be refused is.
void take_loaded(State& state, Loaded loaded, Now now);

/// Asks for what was put off.
void ask_again(State& state, Now now);

}  // namespace signal_hub::core
