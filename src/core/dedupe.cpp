#include "core/dedupe.hpp"

#include "base/limits.hpp"

namespace signal_hub::core {

std::string Dedupe::key(std::string_view from, std::string_view id) {
  std::string key;
  key.reserve(from.size() + 1 + id.size());
  return key.append(from).append(1, '\0').append(id);
}

Dedupe::Found Dedupe::begin(std::string_view key, std::uint64_t digest, const ReplyTo& reply_to,
                            std::size_t limit, MonoTime now) {
  expire(now);
  const auto found = entries_.find(key);
  if (found != entries_.end()) {
    Entry& entry = found->second;
    if (entry.digest != digest) return {Verdict::conflict};
    if (entry.answer) return {Verdict::answered, &*entry.answer};
    entry.reply_to = reply_to;
    return {Verdict::in_work};
  }
  const MonoTime expires = now + limits::dedupe_lifetime;
  entries_.emplace(std::string(key), Entry{digest, ++order_, expires, reply_to, std::nullopt});
  by_age_.push_back({std::string(key), order_, expires});
  while (limit != 0 && entries_.size() > limit) drop_oldest();
  return {Verdict::fresh};
}

std::optional<ReplyTo> Dedupe::finish(std::string_view key, std::optional<Answer> answer) {
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.answer) return std::nullopt;
  ReplyTo reply_to = std::move(found->second.reply_to);
  if (answer) {
    found->second.answer = std::move(answer);
    found->second.reply_to = {};
  } else {
    entries_.erase(found);
  }
  return reply_to;
}

bool Dedupe::knows(std::string_view key, MonoTime now) const {
  const auto found = entries_.find(key);
  return found != entries_.end() && found->second.expires > now;
}

void Dedupe::expire(MonoTime now) {
  while (!by_age_.empty() && by_age_.front().expires <= now) drop_oldest();
}

void Dedupe::drop_oldest() {
  const Age& age = by_age_.front();
  const auto found = entries_.find(age.key);
  if (found != entries_.end() && found->second.order == age.order) entries_.erase(found);
  by_age_.pop_front();
}

}  // namespace signal_hub::core
