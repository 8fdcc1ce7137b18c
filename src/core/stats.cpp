#include "core/stats.hpp"

#include <algorithm>

namespace signal_hub::core {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Outcome::count_)> outcomes{
    "closed",
    "connection_lost",
    "disconnect",
    "duplicate_connection",
    "idle",
    "slow_consumer",
    "token_expired",
    "connect_timeout",
    "unauthorized",
    "version_mismatch",
    "bad_frames",
    "invalid_utf8",
    "message_too_large",
    "server_shutdown",
    "admin",
    "other"};

}  // namespace

std::string_view name(DropReason reason) {
  switch (reason) {
    case DropReason::expired: return "expired";
    case DropReason::unknown_target: return "unknown_target";
    case DropReason::target_gone: return "target_gone";
    case DropReason::slow_consumer: return "slow_consumer";
    case DropReason::replaced: return "replaced";
    case DropReason::unsubscribed: return "unsubscribed";
    case DropReason::oversized: return "oversized";
    case DropReason::mailbox_full: return "mailbox_full";
    case DropReason::memory_limit: return "memory_limit";
    case DropReason::overflow: return "overflow";
    case DropReason::max_attempts: return "max_attempts";
    case DropReason::session_ended: return "session_ended";
    case DropReason::asker_gone: return "asker_gone";
    case DropReason::count_: break;
  }
  return "";
}

std::string_view name(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::per_ip: return "per_ip";
    case RefusalReason::rate: return "rate";
    case RefusalReason::full: return "full";
    case RefusalReason::draining: return "draining";
    case RefusalReason::origin: return "origin";
    case RefusalReason::handshake: return "handshake";
    case RefusalReason::no_room: return "no_room";
    case RefusalReason::count_: break;
  }
  return "";
}

std::string_view name(Outcome outcome) { return outcomes.at(static_cast<std::size_t>(outcome)); }

Outcome outcome_named(std::string_view trigger) {
  const auto* found = std::find(outcomes.begin(), outcomes.end(), trigger);
  return found == outcomes.end() ? Outcome::other
                                 : static_cast<Outcome>(std::distance(outcomes.begin(), found));
}

std::string_view name(DeliveryKind kind) {
  switch (kind) {
    case DeliveryKind::send: return "hub:send";
    case DeliveryKind::broadcast: return "hub:broadcast";
    case DeliveryKind::publish: return "hub:publish";
    case DeliveryKind::mailbox: return "mailbox";
    case DeliveryKind::count_: break;
  }
  return "";
}

}  // namespace signal_hub::core
