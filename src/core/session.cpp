#include "core/session.hpp"

namespace signal_hub::core {

std::string_view name(SessionState state) {
  switch (state) {
    case SessionState::connecting: return "connecting";
    case SessionState::connected: return "connected";
    case SessionState::disconnecting: return "disconnecting";
    case SessionState::disconnected: return "disconnected";
  }
  return "";
}

bool may_follow(SessionState from, SessionState to) {
  switch (from) {
    case SessionState::connecting:
      return to == SessionState::connected || to == SessionState::disconnected;
    case SessionState::connected:
      return to == SessionState::disconnecting || to == SessionState::disconnected;
    case SessionState::disconnecting: return to == SessionState::disconnected;
    case SessionState::disconnected: return false;
  }
  return false;
}

}  // namespace signal_hub::core
