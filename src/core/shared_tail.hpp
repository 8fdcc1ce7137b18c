// The end of a delivery that all its recipients share.
#pragma once

#include <string>
#include <string_view>

#include "core/outbox.hpp"

namespace signal_hub::core {

struct State;

/// Copied into outboxes, or referenced there: large ones, and those for many.
struct SharedTail {
  std::string copied;
  SharedBytes shared;
  SharedBytes kept;  // a small one's text for mailboxes, made when first needed
  std::string_view view() const { return shared ? std::string_view(*shared) : copied; }
};

/// Makes the shared end of a message; large ones are counted as held once.
SharedTail make_tail(State& state, std::string bytes);

/// Referenced from now on, whatever its size.
void share_tail(State& state, SharedTail& tail);

/// The text by reference, for whoever keeps it longer than an outbox; counted as held once.
SharedBytes keep_tail(State& state, SharedTail& tail);

/// A text that was read from the store; counted as held.
SharedBytes count_shared(State& state, std::string bytes);

}  // namespace signal_hub::core
