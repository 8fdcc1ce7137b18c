// What an operator does with dead letters: requeue and purge, one, those named or those that match.
#include <utility>

#include "app/admin/dead_letter_filter.hpp"
#include "app/admin/handlers.hpp"
#include "base/limits.hpp"

namespace signal_hub::app::admin {
namespace {

enum class Deed : std::uint8_t { requeue, purge };

struct Done {
  std::size_t count = 0;
  std::size_t failed = 0;
  std::optional<Error> last{};  // why one could not be requeued
};

Done carry_out(core::Hub& hub, Deed deed, const ArchiveAnswer& found, Now now) {
  Done done;
  for (const core::StoredMessage& letter : found.letters) {
    if (deed == Deed::purge) {
      hub.admin().purge(letter.position, now);
    } else if (auto error = hub.admin().requeue(letter, now)) {
      ++done.failed;
      done.last = std::move(error);
      continue;
    }
    ++done.count;
  }
  return done;
}

HttpResponse changed(const Done& done, bool more) {
  return json([&](wire::JsonWriter& out) {
    out.begin_object().field("count", done.count).field("failed", done.failed);
    out.field("more", more).end_object();
  });
}

HttpResponse refused(const Error& error) {
  const ErrorInfo& row = info(error.code);
  const int status = error.code == ErrorCode::unknown_actor ? 404 : 503;
  return to_response(
      Refusal{status, std::string(row.name), error.message,
              std::string(error.resolution.empty() ? row.resolution : error.resolution)});
}

Checked<std::vector<std::uint64_t>> ids_of(const wire::JsonView& body) {
  std::vector<std::uint64_t> positions;
  const auto ids = body.member("ids");
  if (!ids) return positions;
  if (ids->kind() != wire::JsonView::Kind::array) return fail(invalid("`ids` is an array."));
  for (wire::ArrayCursor c(*ids); c.next();) {
    const auto text = c.value().string();
    const auto position = text ? whole(*text) : std::nullopt;
    if (!position) return fail(invalid("`ids` holds ids of dead letters, as texts."));
    positions.push_back(*position);
  }
  if (positions.empty() || positions.size() > limits::dead_letters_at_once) {
    return fail(
        invalid("`ids` holds 1 to " + std::to_string(limits::dead_letters_at_once) + " ids."));
  }
  return positions;
}

Answer act_on_choice(Call& call, Deed deed) {
  const auto body =
      object_body(call.request.body, {"ids", "target", "reason", "olderThan", "newerThan", "all"});
  if (!body) return body.error();
  auto positions = ids_of(*body);
  if (!positions) return positions.error();
  auto filter = dead_letter_filter(*body, call.now);
  if (!filter) return filter.error();
  const auto all = body->member("all");
  const bool filtered = !filter->target.empty() || !filter->reason.empty() || filter->dead_until ||
                        filter->dead_after;
  if (positions->empty() && !filtered && !(all && all->boolean().value_or(false))) {
    return invalid("The choice is empty: give `ids`, a filter, or `all`: true.");
  }
  note_action(call, deed == Deed::purge ? "purge_dead_letters" : "requeue_dead_letters", "");
  ChooseDeadLetters query{std::move(*positions), std::move(*filter), limits::dead_letters_at_once};
  return ask_archive(call, std::move(query),
                     [&hub = call.hub, deed, now = call.now](const Result<ArchiveAnswer>& answer) {
                       return changed(carry_out(hub, deed, *answer, now), answer->more);
                     });
}

Answer act_on_one(Call& call, Deed deed) {
  const auto position = whole(call.parameter);
  if (!position) return not_found("This dead letter");
  note_action(call, deed == Deed::purge ? "purge_dead_letter" : "requeue_dead_letter",
              call.parameter);
  return ask_archive(call, ChooseDeadLetters{{*position}, {}, 1},
                     [&hub = call.hub, deed, now = call.now](const Result<ArchiveAnswer>& answer) {
                       if (answer->letters.empty()) {
                         return to_response(not_found("This dead letter"));
                       }
                       const Done done = carry_out(hub, deed, *answer, now);
                       return done.last ? refused(*done.last) : changed(done, false);
                     });
}

}  // namespace

Answer requeue_dead_letter(Call& call) { return act_on_one(call, Deed::requeue); }
Answer purge_dead_letter(Call& call) { return act_on_one(call, Deed::purge); }
Answer requeue_dead_letters(Call& call) { return act_on_choice(call, Deed::requeue); }
Answer purge_dead_letters(Call& call) { return act_on_choice(call, Deed::purge); }

}  // namespace signal_hub::app::admin
