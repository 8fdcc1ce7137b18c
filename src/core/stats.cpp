#include "core/stats.hpp"

namespace signal_hub::core {

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
    case RefusalReason::count_: break;
  }
  return "";
}

}  // namespace signal_hub::core
