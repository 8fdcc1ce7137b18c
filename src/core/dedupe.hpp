// Dedupe: answers of recent requests, so that a retry is answered and not done twice
// (PROTOCOL.md §4, "Retried requests are idempotent").
//
// Keyed by effective `from` and `id`; bounded by count (oldest first) and age.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/string_map.hpp"
#include "base/time.hpp"

namespace signal_hub::core {

/// Where the answer to a request goes. A retry from another connection moves it there.
struct ReplyTo {
  ConnId conn;
  std::string to;  // the request's `from`
  std::optional<std::string> correlation_id;
  std::string metadata = "{}";  // traceId and spanId of the request
};

class Dedupe {
 public:
  enum class Verdict : std::uint8_t {
    fresh,     // never seen: now remembered as in work
    answered,  // seen and answered: repeat the answer
    in_work,   // seen, no answer yet: it will go to the retry
    conflict,  // the id was used for something else
  };
  struct Answer {
    std::string type;
    std::string payload;
    std::string members;  // of the metadata, besides the trace: `"a":1`
  };
  struct Found {
    Verdict verdict;
    const Answer* answer = nullptr;  // valid until the next non-const call
  };

  /// `digest` covers type, target and payload.
  Found begin(std::string_view key, std::uint64_t digest, const ReplyTo& reply_to,
              std::size_t limit, MonoTime now);

  /// The request is answered; `answer` is kept unless nullopt (a retryable error, which a retry
  /// may do better than). Returns where it goes now; nullopt if the entry was evicted meanwhile.
  std::optional<ReplyTo> finish(std::string_view key, std::optional<Answer> answer);

  /// Was this id seen within its lifetime?
  bool knows(std::string_view key, MonoTime now) const;

  void expire(MonoTime now);
  std::size_t size() const { return entries_.size(); }

  static std::string key(std::string_view from, std::string_view id);

 private:
  struct Entry {
    std::uint64_t digest;
    std::uint64_t order;  // tells a forgotten and remembered key from its older self
    MonoTime expires;
    ReplyTo reply_to;  // while in work
    std::optional<Answer> answer;
  };
  struct Age {
    std::string key;
    std::uint64_t order;
    MonoTime expires;
  };

  void drop_oldest();

  StringMap<Entry> entries_;
  std::deque<Age> by_age_;
  std::uint64_t order_ = 0;
};

}  // namespace signal_hub::core
