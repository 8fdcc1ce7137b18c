// /dead-letters and /messages: what became of stored messages.
#include "app/admin/dead_letter_filter.hpp"
#include "app/admin/handlers.hpp"

namespace signal_hub::app::admin {
namespace {

void write_members(wire::JsonWriter& out, const ArchivedMessage& m) {
  out.field("id", std::to_string(m.position)).field("messageId", m.message_id);
  out.field("sender", m.sender).field("target", m.target);
  field_or_null(out, "type", m.type);
  out.field("reason", m.reason.value_or("")).field("attempts", m.attempts);
  field_or_null(out, "lastError", m.last_error);
  out.field("acceptedAt", m.accepted_at);
  out.field("deadAt", m.ended_at.value_or(m.accepted_at));
  field_or_null(out, "expiresAt", m.expires_at);
  out.field("bytes", m.bytes);
}

HttpResponse listing(const ArchiveAnswer& answer) {
  return json([&answer](wire::JsonWriter& out) {
    out.begin_object().key("items").begin_array();
    for (const ArchivedMessage& message : answer.messages) {
      out.begin_object();
      write_members(out, message);
      out.end_object();
    }
    out.end_array();
    const bool more = answer.more && !answer.messages.empty();
    text_or_null(out, "next", more ? encode_position(answer.messages.back().position) : "");
    out.end_object();
  });
}

HttpResponse detail(const ArchiveAnswer& answer) {
  if (answer.messages.empty()) return to_response(not_found("This dead letter"));
  const ArchivedMessage& m = answer.messages.front();
  return json([&m](wire::JsonWriter& out) {
    out.begin_object();
    write_members(out, m);
    out.raw_field("history", m.history).raw_field("message", m.message.value_or("null"));
    out.end_object();
  });
}

void write_stored(wire::JsonWriter& out, const ArchivedMessage& m, const core::Admin& hub,
                  Now now) {
  const auto progress = m.ended_at ? std::nullopt : hub.progress(m.target, m.position, now);
  out.begin_object().field("sender", m.sender).field("target", m.target);
  out.field("state", progress ? progress->state : std::string_view(m.state));
  out.field("attempts", progress ? progress->attempts : m.attempts);
  field_or_null(out, "nextAttemptAt", progress ? progress->next_attempt_at : std::nullopt);
  field_or_null(out, "reason", m.reason);
  out.field("acceptedAt", m.accepted_at);
  field_or_null(out, "expiresAt", m.expires_at);
  out.field("bytes", m.bytes).raw_field("history", m.history).end_object();
}

/// One that was never stored: what the hub remembers of it.
void write_passing(wire::JsonWriter& out, const core::Fate& fate) {
  const bool dropped = fate.event == "dropped";
  out.begin_object().field("sender", fate.sender).field("target", fate.target);
  out.field("state", fate.event).field("attempts", 0).key("nextAttemptAt").null();
  text_or_null(out, "reason", dropped ? std::string_view(fate.detail) : std::string_view());
  out.field("acceptedAt", fate.at).key("expiresAt").null().field("bytes", 0);
  out.key("history").begin_array().begin_object();
  out.field("at", fate.at).field("event", fate.event).field("detail", fate.detail);
  out.end_object().end_array().end_object();
}

HttpResponse story(const std::string& id, const ArchiveAnswer& answer,
                   const std::vector<core::Fate>& fates, const core::Admin& hub, Now now) {
  if (answer.messages.empty() && fates.empty()) {
    return to_response(not_found("A stored or recent message with this id"));
  }
  return json([&](wire::JsonWriter& out) {
    out.begin_object().field("messageId", id).key("deliveries").begin_array();
    for (const ArchivedMessage& m : answer.messages) write_stored(out, m, hub, now);
    for (const core::Fate& fate : fates) write_passing(out, fate);
    out.end_array().end_object();
  });
}

}  // namespace

Answer list_dead_letters(Call& call) {
  const auto arguments = Arguments::read(
      call.request.arguments, {"limit", "cursor", "target", "reason", "olderThan", "newerThan"});
  if (!arguments) return arguments.error();
  const auto page = page_of(*arguments);
  if (!page) return page.error();
  const auto below = decode_position(page->cursor);
  if (!below) return below.error();
  auto filter = dead_letter_filter(*arguments, call.now);
  if (!filter) return filter.error();
  return ask_archive(call, ListDeadLetters{std::move(*filter), *below, page->limit},
                     [](const Result<ArchiveAnswer>& answer) { return listing(*answer); });
}

Answer get_dead_letter(Call& call) {
  const auto position = whole(call.parameter);
  if (!position) return not_found("This dead letter");
  return ask_archive(call, FindDeadLetter{*position},
                     [](const Result<ArchiveAnswer>& answer) { return detail(*answer); });
}

Answer get_message(Call& call) {
  const auto arguments = Arguments::read(call.request.arguments, {"sender"});
  if (!arguments) return arguments.error();
  const std::string id(call.parameter);
  std::string sender = arguments->text("sender").value_or("");
  return ask_archive(
      call, FindMessage{id, sender},
      [id, sender, &hub = call.hub, now = call.now](const Result<ArchiveAnswer>& answer) {
        const core::Admin admin = hub.admin();
        return story(id, *answer, admin.fates(id, sender), admin, now);
      });
}

}  // namespace signal_hub::app::admin
