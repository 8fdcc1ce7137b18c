// Requests whose answer comes later: from the archive, or through the hub.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "app/archive.hpp"
#include "app/ports.hpp"
#include "base/time.hpp"
#include "core/operator_messages.hpp"

namespace signal_hub::app::admin {

using FromArchive = std::function<HttpResponse(const Result<ArchiveAnswer>&)>;
using FromHub = std::function<HttpResponse(const core::OperatorAnswer&)>;

class Waiting {
 public:
  /// Bounded by limits::admin_waiting.
  bool has_room() const;

  /// A ticket for the archive.
  std::uint64_t await_archive(HttpId http, FromArchive finish, Now now);
  /// `ticket` is the hub's.
  void await_hub(HttpId http, std::uint64_t ticket, FromHub finish, Now now);

  using Answered = std::vector<std::pair<HttpId, HttpResponse>>;
  void archive_replied(const std::vector<ArchiveReply>& replies, Answered& out);
  void hub_answered(const std::vector<core::OperatorAnswer>& answers, Answered& out);
  /// Those that have waited for too long.
  void expire(Now now, Answered& out);
  MonoTime next_deadline() const;

  /// Nobody waits for it any more.
  void gone(HttpId http);

 private:
  template <class Finish>
  struct Open {
    HttpId http;
    MonoTime until;
    Finish finish;
  };
  std::unordered_map<std::uint64_t, Open<FromArchive>> archive_;
  std::unordered_map<std::uint64_t, Open<FromHub>> hub_;
  std::uint64_t last_ticket_ = 0;
};

}  // namespace signal_hub::app::admin
