// Loads: asks the store, and brings its answers to who asked.
#pragma once

#include <utility>

#include "core/load.hpp"
#include "core/state.hpp"

namespace signal_hub::core {

template <class What, class Purpose>
void ask_store(State& state, What what, Purpose purpose) {
  LoadRequest request{++state.last_load, std::move(what)};
  state.load_requests.push_back(request);
  const std::uint64_t id = request.id;
  state.loads.emplace(id, Load{std::move(request), std::move(purpose)});
}

/// An answer of the store.
void take_loaded(State& state, Loaded loaded, Now now);

}  // namespace signal_hub::core
