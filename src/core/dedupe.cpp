#include "core/dedupe.hpp"

#include <cassert>
#include <utility>

#include "base/limits.hpp"

namespace signal_hub::core {

Dedupe::Found Dedupe::begin(std::string_view from, std::string_view message_id,
                            std::uint32_t digest, const ReplyTo& reply_to, std::size_t limit,
                            MonoTime now) {
  expire(now);
  key_scratch_.assign(from).append(1, '\0').append(message_id);
  const auto found = by_key_.find(key_scratch_);
  if (found != by_key_.end()) {
    Entry& entry = at(found->second);
    if (entry.digest != digest) return {Verdict::conflict, {}};
    if (entry.answer) return {Verdict::answered, {}, &*entry.answer};
    entry.moved = reply_to;
    return {Verdict::in_work, {}};
  }
  const DedupeId added = add(digest, now + limits::dedupe_lifetime);
  while (limit != 0 && entries_.size() > limit) drop(oldest_);
  return {Verdict::fresh, added};
}

/// REQUIRES: it is one of them.
Dedupe::Entry& Dedupe::at(DedupeId id) {
  Entry* entry = entries_.find(id);
  assert(entry != nullptr);
  return *entry;
}

DedupeId Dedupe::add(std::uint32_t digest, MonoTime expires) {
  const DedupeId id = entries_.insert(
      Entry{key_scratch_, digest, expires, newest_, {}, std::nullopt, std::nullopt});
  by_key_.emplace(at(id).key, id);
  (newest_.valid() ? at(newest_).newer : oldest_) = id;
  newest_ = id;
  return id;
}

void Dedupe::drop(DedupeId id) {
  const Entry& entry = at(id);
  (entry.older.valid() ? at(entry.older).newer : oldest_) = entry.newer;
  (entry.newer.valid() ? at(entry.newer).older : newest_) = entry.older;
  by_key_.erase(entry.key);
  entries_.erase(id);
}

std::optional<ReplyTo> Dedupe::keep(DedupeId id, Answer answer) {
  Entry* entry = entries_.find(id);
  if (entry == nullptr || entry->answer) return std::nullopt;
  entry->answer = std::move(answer);
  return std::exchange(entry->moved, std::nullopt);
}

std::optional<ReplyTo> Dedupe::forget(DedupeId id) {
  Entry* entry = entries_.find(id);
  if (entry == nullptr || entry->answer) return std::nullopt;
  std::optional<ReplyTo> moved = std::move(entry->moved);
  drop(id);
  return moved;
}

void Dedupe::expire(MonoTime now) {
  while (oldest_.valid() && at(oldest_).expires <= now) drop(oldest_);
}

}  // namespace signal_hub::core
