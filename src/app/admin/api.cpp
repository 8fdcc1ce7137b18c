#include "app/admin/api.hpp"

#include <algorithm>
#include <utility>

#include "app/admin/handlers.hpp"
#include "app/admin/routes.hpp"
#include "app/admin/token.hpp"
#include "base/limits.hpp"

namespace signal_hub::app::admin {
namespace {

constexpr Millis refusals_interval{1'000};

Refusal too_large(std::size_t limit) {
  return {413, "body_too_large", "The body has more than " + std::to_string(limit) + " bytes.",
          "Send less at once."};
}

std::size_t body_bytes(const Settings& settings) {
  const std::size_t message = settings.hub.max_message_size;
  return message == 0 ? limits::admin_body_bytes : std::min(message, limits::admin_body_bytes);
}

}  // namespace

Checked<bool> Api::admit(const HttpRequest& request) const {
  if (request.door == Door::admin_socket) return true;
  return check_token(request.authorization, token_);
}

std::size_t Api::body_limit(const HttpRequest& request) const {
  return admit(request) ? body_bytes(parts_.controls.settings()) : 0;
}

void Api::note_refused(const HttpRequest& request, Now now) {
  if (token_.empty() || request.authorization.empty()) return;  // nobody guesses
  ++refused_;
  if (refusals_told_ != MonoTime::min() && now.mono - refusals_told_ < refusals_interval) return;
  refusals_told_ = now.mono;
  parts_.controls.log(core::LogEvent::admin_refused,
                      {{"count", static_cast<std::int64_t>(std::exchange(refused_, 0))}});
}

std::optional<HttpResponse> Api::http(HttpId id, const HttpRequest& request, Now now) {
  if (const auto admitted = admit(request); !admitted) {
    note_refused(request, now);
    return to_response(admitted.error());
  }
  const std::size_t limit = body_bytes(parts_.controls.settings());
  if (request.announced > limit) return to_response(too_large(limit));
  return respond(id, request, now);
}

std::optional<HttpResponse> Api::respond(HttpId id, const HttpRequest& request, Now now) {
  std::string allow;
  const auto found = find_route(request.method, request.path, allow);
  if (!found) {
    HttpResponse response = to_response(found.error());
    if (!allow.empty()) response.headers.emplace_back("Allow", allow);
    return response;
  }
  if (found->route->handle == nullptr) return open_stream(id, request, now);
  Call call{
      request,       id,      found->parameter, now, parts_.hub, parts_.controls, parts_.archive,
      parts_.events, waiting_};
  Answer answer = found->route->handle(call);
  if (auto* response = std::get_if<HttpResponse>(&answer)) return std::move(*response);
  if (const auto* refusal = std::get_if<Refusal>(&answer)) return to_response(*refusal);
  return std::nullopt;
}

HttpResponse Api::open_stream(HttpId id, const HttpRequest& request, Now now) {
  const auto arguments = Arguments::read(request.arguments, {});
  if (!arguments) return to_response(arguments.error());
  if (!streams_.has_room()) {
    return to_response(
        {503, "too_many_streams",
         "More than " + std::to_string(limits::admin_streams) + " streams are read at once.",
         "Close one, or ask /stats now and then."});
  }
  return streams_.begin(id, stats_json(parts_.controls, now), now);
}

void Api::http_gone(HttpId id) {
  waiting_.gone(id);
  streams_.gone(id);
}

void Api::run(Now now) {
  Waiting::Answered answered;
  waiting_.archive_replied(parts_.archive.take_replies(), answered);
  waiting_.expire(now, answered);
  hand_out(answered);
  streams_.run(
      parts_.answers, [this, now] { return stats_json(parts_.controls, now); }, now);
}

void Api::answer() {
  std::vector<core::OperatorAnswer> answers;
  parts_.hub.admin().take_answers(answers);
  if (answers.empty()) return;
  Waiting::Answered answered;
  waiting_.hub_answered(answers, answered);
  hand_out(answered);
}

void Api::hand_out(const Waiting::Answered& answered) {
  for (const auto& [http, response] : answered) parts_.answers.respond(http, response);
}

MonoTime Api::next_deadline() const {
  return std::min(waiting_.next_deadline(), streams_.next_deadline());
}

}  // namespace signal_hub::app::admin
