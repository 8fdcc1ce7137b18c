// Dedupe: answers of recent requests, so that a retry is answered and not done twice
// (PROTOCOL.md §4, "Retried requests are idempotent").
//
// Keyed by effective `from` and `id`; bounded by count (oldest first) and age.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/ids.hpp"
#include "base/slot_map.hpp"
#include "base/time.hpp"

namespace signal_hub::core {

/// Where the answer to a request goes. A retry from another connection moves it there.
struct ReplyTo {
  ConnId conn;
  std::string to;  // the request's `from`
  std::optional<std::string> correlation_id;
  std::string metadata = "{}";  // traceId and spanId of the request
};

/// A request that is remembered.
using DedupeId = SlotId<struct DedupeTag>;

class Dedupe {
 public:
  enum class Verdict : std::uint8_t {
    fresh,     // never seen: now remembered as in work
    answered,  // seen and answered: repeat the answer
    in_work,   // seen, no answer yet: it will go to the retry
    conflict,  // the id was used for something else
  };
  struct Answer {
    std::string_view type;  // a constant
    std::string payload;
    std::string members;  // of the metadata, besides the trace: `"a":1`
  };
  struct Found {
    Verdict verdict;
    DedupeId id;                     // of a fresh one
    const Answer* answer = nullptr;  // valid until the next non-const call
  };

  /// `digest` covers type, target and payload.
  Found begin(std::string_view from, std::string_view message_id, std::uint32_t digest,
              const ReplyTo& reply_to, std::size_t limit, MonoTime now);

  /// The request is answered: with what a retry is to hear, or by what is not remembered here (a
  /// retry may do better than a retryable error). Where the answer goes instead, if a retry came.
  std::optional<ReplyTo> keep(DedupeId id, Answer answer);
  std::optional<ReplyTo> forget(DedupeId id);

  void expire(MonoTime now);
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string key;  // from, NUL, id
    std::uint32_t digest;
    MonoTime expires;
    DedupeId older;
    DedupeId newer;
    std::optional<ReplyTo> moved;  // by a retry, while in work
    std::optional<Answer> answer;
  };

  Entry& at(DedupeId id);
  DedupeId add(std::uint32_t digest, MonoTime expires);
  void drop(DedupeId id);

  SlotMap<Entry, DedupeId> entries_;
  std::unordered_map<std::string_view, DedupeId> by_key_;  // views of Entry::key
  DedupeId oldest_;
  DedupeId newest_;
  std::string key_scratch_;
};

}  // namespace signal_hub::core
