#include "app/memory_archive.hpp"

#include <algorithm>
#include <string>

#include "app/stories.hpp"
#include "base/glob.hpp"
#include "base/string_map.hpp"
#include "wire/json_view.hpp"

namespace signal_hub::app {
namespace {

using core::StoredMessage;

std::string text_of(const StoredMessage& row) { return "{" + row.tail; }

/// With what its text says, where it has one still.
ArchivedMessage whole(const StoredMessage& row) {
  ArchivedMessage m = archived(row);
  if (row.tail.empty()) return m;
  const std::string text = text_of(row);
  m.bytes = text.size();
  const auto type = wire::JsonView(text).member("type");
  if (type) m.type = type->string();
  return m;
}

bool passes(const DeadLetterFilter& filter, const StoredMessage& row) {
  const WallTime dead = row.finished_at.value_or(WallTime{});
  return (filter.target.empty() || glob_match(filter.target, row.target)) &&
         (filter.reason.empty() || filter.reason == row.reason) &&
         (!filter.dead_until || dead <= *filter.dead_until) &&
         (!filter.dead_after || dead > *filter.dead_after);
}

struct Answer {
  const MessageTable& messages;

  ArchiveAnswer operator()(const ListDeadLetters& q) const {
    ArchiveAnswer found;
    const auto& dead = messages.dead();
    auto at = q.below ? dead.lower_bound(*q.below) : dead.end();
    while (!found.more && at != dead.begin()) {
      --at;
      if (!passes(q.filter, at->second)) continue;
      found.more = found.messages.size() == q.limit;
      if (!found.more) found.messages.push_back(whole(at->second));
    }
    return found;
  }

  ArchiveAnswer operator()(const FindDeadLetter& q) const {
    ArchiveAnswer found;
    const auto at = messages.dead().find(q.position);
    if (at == messages.dead().end()) return found;
    found.messages.push_back(whole(at->second));
    found.messages.back().message = text_of(at->second);
    return found;
  }

  ArchiveAnswer operator()(const ChooseDeadLetters& q) const {
    ArchiveAnswer found;
    const auto named = [&q](std::uint64_t position) {
      return q.positions.empty() ||
             std::find(q.positions.begin(), q.positions.end(), position) != q.positions.end();
    };
    for (const auto& [position, row] : messages.dead()) {
      if (!named(position) || !passes(q.filter, row)) continue;
      found.more = found.letters.size() == q.limit;
      if (found.more) break;
      found.letters.push_back(row);
    }
    return found;
  }

  ArchiveAnswer operator()(const FindMessage& q) const {
    ArchiveAnswer found;
    // A dead letter is a finished message, too: told once, with its text.
    for (const auto* rows : {&messages.waiting(), &messages.dead(), &messages.finished()}) {
      for (const auto& [position, row] : *rows) {
        if (row.message_id != q.message_id) continue;
        if (!q.sender.empty() && q.sender != row.sender) continue;
        if (rows == &messages.finished() && messages.dead().contains(position)) continue;
        found.messages.push_back(whole(row));
      }
    }
    std::sort(found.messages.begin(), found.messages.end(),
              [](const auto& a, const auto& b) { return a.position < b.position; });
    return found;
  }

  ArchiveAnswer operator()(const OldestWaiting& q) const {
    StringMap<WallTime> oldest;
    for (const auto& [position, row] : messages.waiting()) {
      oldest.try_emplace(row.target, row.accepted_at);
    }
    ArchiveAnswer found;
    for (const std::string& target : q.targets) {
      const auto at = oldest.find(target);
      if (at != oldest.end()) found.oldest.emplace_back(target, at->second);
    }
    return found;
  }
};

}  // namespace

bool MemoryArchive::ask(std::uint64_t ticket, ArchiveQuery query) {
  replies_.push_back({ticket, std::visit(Answer{messages_}, query)});
  return true;
}

}  // namespace signal_hub::app
