// Load: what was asked of the store, and what for.
#pragma once

#include <string>
#include <variant>

#include "base/ids.hpp"
#include "core/actor_ids.hpp"
#include "core/journal_entries.hpp"
#include "core/notice.hpp"
#include "core/open_request.hpp"
#include "core/publication.hpp"

namespace signal_hub::core {

/// Texts of an actor's mailbox, at-most-once or reliable.
struct TextsLoad {
  ActorId actor;
  bool reliable;
};

/// Receipts a sender that has come back did not get.
struct ReceiptsLoad {
  std::string sender;
};

/// Whom a notice is for.
struct NoticeLoad {
  Notice notice;
};

/// The id of a reliable message is known: is it the same message? If not, its frame is taken anew.
struct DuplicateLoad {
  OpenRequest request;
  std::uint32_t digest;  // of what was accepted then; 0: not known
  bool answered;
  std::string sender;
  std::string target;  // an actor or a topic
  std::string frame;
};

/// For whom a publication is stored that is to be refused.
struct RefusedLoad {
  OpenRequest request;
  Publication publication;
};

/// An answer to hub:status.
struct StatusLoad {
  OpenRequest request;
  std::string message_id;
  bool searched = false;  // in all there is
};

struct Load {
  LoadRequest request;
  std::variant<TextsLoad, ReceiptsLoad, NoticeLoad, DuplicateLoad, RefusedLoad, StatusLoad> purpose;
};

}  // namespace signal_hub::core
