#include "app/admin/waiting.hpp"

#include <algorithm>

#include "app/admin/refusal.hpp"
#include "base/limits.hpp"

namespace signal_hub::app::admin {
namespace {

template <class Table>
void expire_in(Table& table, Now now, Waiting::Answered& out) {
  for (auto at = table.begin(); at != table.end();) {
    if (at->second.until > now.mono) {
      ++at;
      continue;
    }
    out.emplace_back(at->second.http, to_response(unavailable("The answer did not come in time.")));
    at = table.erase(at);
  }
}

template <class Table>
MonoTime earliest(const Table& table) {
  MonoTime first = never;
  for (const auto& [ticket, open] : table) first = std::min(first, open.until);
  return first;
}

}  // namespace

bool Waiting::has_room() const { return archive_.size() + hub_.size() < limits::admin_waiting; }

std::uint64_t Waiting::await_archive(HttpId http, FromArchive finish, Now now) {
  const std::uint64_t ticket = ++last_ticket_;
  archive_.emplace(
      ticket, Open<FromArchive>{http, now.mono + limits::admin_answer_timeout, std::move(finish)});
  return ticket;
}

void Waiting::await_hub(HttpId http, std::uint64_t ticket, FromHub finish, Now now) {
  hub_.emplace(ticket,
               Open<FromHub>{http, now.mono + limits::admin_answer_timeout, std::move(finish)});
}

void Waiting::archive_replied(const std::vector<ArchiveReply>& replies, Answered& out) {
  for (const ArchiveReply& reply : replies) {
    const auto found = archive_.find(reply.ticket);
    if (found == archive_.end()) continue;
    out.emplace_back(found->second.http, found->second.finish(reply.answer));
    archive_.erase(found);
  }
}

void Waiting::hub_answered(const std::vector<core::OperatorAnswer>& answers, Answered& out) {
  for (const core::OperatorAnswer& answer : answers) {
    const auto found = hub_.find(answer.ticket);
    if (found == hub_.end()) continue;  // a second receipt, or nobody waits
    out.emplace_back(found->second.http, found->second.finish(answer));
    hub_.erase(found);
  }
}

void Waiting::expire(Now now, Answered& out) {
  expire_in(archive_, now, out);
  expire_in(hub_, now, out);
}

MonoTime Waiting::next_deadline() const { return std::min(earliest(archive_), earliest(hub_)); }

void Waiting::gone(HttpId http) {
  const auto is_gone = [http](const auto& entry) { return entry.second.http == http; };
  std::erase_if(archive_, is_gone);
  std::erase_if(hub_, is_gone);
}

}  // namespace signal_hub::app::admin
