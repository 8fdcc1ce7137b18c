// /publish and /send: the operator's messages go the way of a client's.
#include "app/admin/handlers.hpp"
#include "base/limits.hpp"
#include "wire/address.hpp"

namespace signal_hub::app::admin {
namespace {

constexpr std::size_t address_bytes = limits::address_path_bytes + 3;

std::string text_in(wire::JsonView object, std::string_view name) {
  const auto member = object.member(name);
  return member ? member->string().value_or("") : "";
}

int status_of(std::string_view code, bool retryable) {
  if (code == "unknown_actor") return 404;
  return retryable ? 503 : 400;
}

/// hub:error and its kin.
HttpResponse refused(const wire::JsonView& payload) {
  const auto retryable = payload.member("retryable");
  const std::string code = text_in(payload, "code");
  const bool again = retryable && retryable->boolean().value_or(false);
  return to_response(
      {status_of(code, again), code, text_in(payload, "message"), text_in(payload, "resolution")});
}

/// `known`: members of the hub's answer that are passed on.
HttpResponse passed_on(const core::OperatorAnswer& answer, std::string_view type,
                       std::initializer_list<std::string_view> known) {
  const wire::JsonView payload(answer.payload);
  if (answer.type != type) return refused(payload);
  return json([&](wire::JsonWriter& out) {
    out.begin_object().field("messageId", answer.message_id);
    for (const std::string_view name : known) {
      if (const auto member = payload.member(name)) out.raw_field(name, member->raw());
    }
    out.end_object();
  });
}

/// What both bodies have in common.
struct Content {
  std::string from;
  std::string payload;  // JSON object
  std::string metadata;
  std::optional<std::int64_t> ttl;
};

Checked<std::string> sender_in(wire::JsonView body) {
  auto from = optional_text(body, "from", address_bytes);
  if (from && !from->empty() && !wire::is_concrete(*from)) {
    return fail(invalid("The member `from` is no address such as @(ops/console)."));
  }
  return from;
}

/// `topic`: empty for hub:send.
Checked<Content> content_of(wire::JsonView body, std::string_view topic) {
  auto from = sender_in(body);
  if (!from) return fail(from.error());
  auto type = required_text(body, "type", limits::type_bytes);
  if (!type) return fail(type.error());
  const auto data = body.member("data");
  if (!data) return fail(invalid("The member `data` is missing."));
  const auto metadata = body.member("metadata");
  if (metadata && !metadata->is_object()) {
    return fail(invalid("The member `metadata` is an object."));
  }
  auto ttl = optional_number(body, "ttl");
  if (!ttl) return fail(ttl.error());
  Content content{std::move(*from), {}, metadata ? std::string(metadata->raw()) : "{}", {}};
  if (*ttl) content.ttl = static_cast<std::int64_t>(**ttl);
  wire::JsonWriter out(content.payload);
  out.begin_object();
  if (!topic.empty()) out.field("topic", topic);
  out.field("type", *type).raw_field("data", data->raw()).end_object();
  return content;
}

/// Hands the message to the hub; the answer is often there by the end of the turn.
Answer submit(Call& call, const Content& content, std::string_view to, std::string_view type,
              FromHub finish) {
  if (!call.waiting.has_room()) {
    return unavailable("Too many requests wait for their answer already.");
  }
  const core::OperatorMessage message{content.from,     to,         type, content.payload,
                                      content.metadata, content.ttl};
  const std::uint64_t ticket = call.hub.admin().submit(message, call.now);
  call.waiting.await_hub(call.http, ticket, std::move(finish), call.now);
  return AnsweredLater{};
}

}  // namespace

Answer publish(Call& call) {
  const auto body =
      object_body(call.request.body, {"topic", "type", "data", "from", "metadata", "ttl"});
  if (!body) return body.error();
  const auto topic = required_text(*body, "topic", limits::topic_bytes);
  if (!topic) return topic.error();
  const auto content = content_of(*body, *topic);
  if (!content) return content.error();
  note_action(call, "publish", *topic);
  return submit(call, *content, "", "hub:publish", [](const core::OperatorAnswer& answer) {
    return passed_on(answer, "hub:published",
                     {"topic", "subscriberCount", "queuedCount", "offset"});
  });
}

Answer send(Call& call) {
  const auto body =
      object_body(call.request.body, {"to", "type", "data", "from", "metadata", "ttl"});
  if (!body) return body.error();
  const auto to = required_text(*body, "to", address_bytes);
  if (!to) return to.error();
  const auto content = content_of(*body, "");
  if (!content) return content.error();
  note_action(call, "send", *to);
  return submit(call, *content, *to, "hub:send", [](const core::OperatorAnswer& answer) {
    return passed_on(answer, "hub:delivery_ack", {"status", "deliveredAt"});
  });
}

}  // namespace signal_hub::app::admin
