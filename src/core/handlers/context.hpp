// What a handler gets: one request, decoded and admitted.
#pragma once

#include <string>
#include <string_view>

#include "core/open_request.hpp"
#include "core/session.hpp"
#include "core/state.hpp"
#include "wire/envelope.hpp"

namespace signal_hub::core {

struct Context {
  State& state;
  Session& session;
  const wire::Envelope& envelope;
  std::string from;      // effective: the session's identity or an address it registered
  OpenRequest& request;  // who is answered; moved away by handlers that answer later
  Now now;

  bool is_ask() const { return envelope.is_ask(); }
};

}  // namespace signal_hub::core
