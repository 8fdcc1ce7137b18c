#include "answers.hpp"

#include <algorithm>
#include <array>

namespace signal_hub::sim {
namespace {

constexpr std::array<std::string_view, 4> refusals{"hub:error", "hub:unknown_actor",
                                                   "hub:unauthorized", "hub:rate_limited"};

// What a request made as the protocol says is never refused with.
constexpr std::array<std::string_view, 6> wrong_codes{"internal_error",  "invalid_json",
                                                      "invalid_message", "unknown_type",
                                                      "unsupported",     "ambiguous_target"};

std::string_view success_of(Kind kind) {
  switch (kind) {
    case Kind::connect: return "hub:connected";
    case Kind::register_: return "hub:registered";
    case Kind::unregister: return "hub:unregistered";
    case Kind::renew: return "hub:renewed";
    case Kind::subscribe: return "hub:subscribed";
    case Kind::unsubscribe: return "hub:unsubscribed";
    case Kind::send: return "hub:delivery_ack";
    case Kind::broadcast: return "hub:broadcast_ack";
    case Kind::publish: return "hub:published";
    case Kind::discover: return "hub:discovered";
    case Kind::heartbeat: return "hub:heartbeat_ack";
    case Kind::figures: return "hub:queue_stats_response";
    case Kind::ack:
    case Kind::nack: return "hub:acked";
    case Kind::disconnect: return "hub:disconnect";
  }
  return "";
}

bool is_retryable(const std::string& payload) {
  const auto value = wire::JsonView(payload).member("retryable");
  return value && value->boolean().value_or(false);
}

}  // namespace

bool is_refusal(std::string_view type) {
  return std::find(refusals.begin(), refusals.end(), type) != refusals.end();
}

bool is_receipt(const Request& request, const Message& message) {
  if (!request.reliable) return false;
  if (message.type == "hub:error") return message.text_of("code") == "dead_lettered";
  return message.type == "hub:delivery_ack" && message.text_of("status") != "queued";
}

Request* Answers::take(LinkRecord& link, const Message& message) {
  if (!message.correlation_id) return nullptr;
  const auto n = request_of_id(*message.correlation_id);
  if (!n || *n >= book_.requests.size()) return nullptr;  // of a message that was garbage
  Request& request = book_.request(*n);
  if (message.type == "hub:error" && message.text_of("code") == "dead_lettered") {
    note_dead_letter(link, request);
    return nullptr;
  }
  // A retry may be answered in place of its first attempt: the latest one without an answer counts.
  auto at = std::find_if(request.handed.rbegin(), request.handed.rend(), [&](const auto& h) {
    return h.link == link.link->serial && h.answers == 0;
  });
  if (at == request.handed.rend()) {
    book_.fail("an answer nobody on link " + std::to_string(link.link->serial) +
               " waits for: " + message.text + "\n  to " + describe(request));
    return nullptr;
  }
  if (!request.ask && !is_refusal(message.type)) {
    book_.fail("a tell is answered: " + message.text + "\n  to " + describe(request));
  }
  ++at->answers;
  // Refused for now, but a retry is on its way: that one counts.
  const bool tried_again = std::any_of(request.handed.begin(), request.handed.end(),
                                       [](const auto& h) { return h.answers == 0; });
  if (tried_again && is_refusal(message.type) && is_retryable(message.payload)) return nullptr;
  if (request.answered == open_end) return first(request, message);
  again(request, message);
  return nullptr;
}

/// `queued` comes first, unless its link is gone.
void Answers::note_dead_letter(const LinkRecord& link, Request& request) {
  request.dead = true;
  const bool same = request.handed.back().link == link.link->serial;
  if (same && request.handed.size() == 1 && !request.is_stored()) {
    book_.fail("dead-lettered before it was queued: " + describe(request));
  }
}

Request* Answers::first(Request& request, const Message& message) {
  request.answered = book_.step;
  request.answer_type = message.type;
  request.answer = message.payload;
  request.refused = is_refusal(message.type);
  request.may_try_again = request.refused && is_retryable(message.payload);
  if (!request.refused && message.type != success_of(request.kind)) {
    book_.fail("an answer of another kind: " + message.text + "\n  to " + describe(request));
  }
  if (request.refused) {
    const std::string code = message.text_of("code").value_or("");
    const bool wrong = std::find(wrong_codes.begin(), wrong_codes.end(), code) != wrong_codes.end();
    // A guest may not subscribe durably; nothing is promised while the store fails.
    const bool guest = request.kind == Kind::subscribe && code == "invalid_message";
    const bool failing =
        code == "internal_error" && (book_.failing || request.began <= book_.failed_until ||
                                     (request.reliable && book_.store_refuses));
    if (wrong && !guest && !failing) {
      book_.fail("refused without a reason: " + message.text + "\n  to " + describe(request));
    }
  }
  return &request;
}

/// Reads are done anew; so is what was refused as retryable, or forgotten.
void Answers::again(const Request& request, const Message& message) {
  const bool remembered = request.is_message() || request.kind == Kind::register_;
  if (!remembered || is_retryable(request.answer) || is_retryable(message.payload)) return;
  if (request.run != book_.run || may_be_forgotten(request)) return;
  const auto repeated = wire::JsonView(message.payload).member("duplicate");
  if (request.reliable && repeated && message.type == request.answer_type) return;
  if (message.type != request.answer_type || message.payload != request.answer) {
    book_.fail("a retry is answered otherwise: " + message.text + "\n  to " + describe(request));
  }
}

bool Answers::may_be_forgotten(const Request& request) const {
  if (book_.forgetful) return true;
  if (!request.reliable) return false;
  // Once it is on disk, that is what counts; the retry may have waited for the disk itself.
  return schedule_.now() - request.came >= settings_.dedupe_window;
}

void Answers::check_complete() const {
  for (const Request& request : book_.requests) {
    if (!request.ask || request.handed.empty()) continue;
    const Request::Handover& last = request.handed.back();
    const LinkRecord& link = book_.links.at(last.link);
    // A hub that remembers too few requests may have answered the first attempt.
    if (book_.forgetful && request.handed.size() > 1) continue;
    const bool reads = link.lives() && link.link->client_end && link.link->hub_end;
    if (reads && last.answers == 0) book_.fail("never answered: " + describe(request));
  }
}

}  // namespace signal_hub::sim
