// What a hub without a disk can tell of its messages: `--db :memory:`.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "app/archive.hpp"
#include "app/message_table.hpp"

namespace signal_hub::app {

class MemoryArchive final : public Archive {
 public:
  /// `messages` must outlive it.
  explicit MemoryArchive(const MessageTable& messages) : messages_(messages) {}

  /// Answered at once, never false.
  bool ask(std::uint64_t ticket, ArchiveQuery query) override;
  std::vector<ArchiveReply> take_replies() override { return std::exchange(replies_, {}); }

 private:
  const MessageTable& messages_;
  std::vector<ArchiveReply> replies_;
};

}  // namespace signal_hub::app
