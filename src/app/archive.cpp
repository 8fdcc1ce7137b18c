#include "app/archive.hpp"

namespace signal_hub::app {

bool EmptyArchive::ask(std::uint64_t ticket, ArchiveQuery) {
  replies_.push_back({ticket, ArchiveAnswer{}});
  return true;
}

}  // namespace signal_hub::app
