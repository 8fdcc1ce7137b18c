#include "wire/forward.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "wire/json_writer.hpp"

namespace signal_hub::wire {
namespace {

constexpr std::array<std::string_view, 4> not_forwarded{"authToken", "forwarded", "via",
                                                        "originalMessageId"};
/// What attempts to deliver a reliable message add.
constexpr std::array<std::string_view, 3> of_attempts{"delivery", "deliveryId", "attempt"};

bool is_forwarded(const ObjectCursor& c, bool reliable) {
  const auto is = [&c](std::string_view key) { return c.key_is(key); };
  if (reliable && std::any_of(of_attempts.begin(), of_attempts.end(), is)) return false;
  return std::none_of(not_forwarded.begin(), not_forwarded.end(), is);
}

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 20> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), end);
}

}  // namespace

void write_head(std::string& out, std::string_view id, std::string_view to) {
  out += "{\"id\":";
  append_quoted(out, id);
  out += ",\"to\":";
  append_quoted(out, to);
  out += ',';
}

void write_tail(std::string& out, const Forward& message) {
  out += "\"from\":\"";
  append_string_text(out, message.from);
  out += "\",\"type\":\"";
  append_string_text(out, message.type);
  out.append("\",\"payload\":").append(message.data.raw());
  if (message.correlation_id) {
    out += ",\"pattern\":\"tell\",\"correlationId\":\"";
    append_string_text(out, *message.correlation_id);
    out += "\",\"timestamp\":";
  } else {
    out += ",\"pattern\":\"tell\",\"correlationId\":null,\"timestamp\":";
  }
  append_number(out, epoch_ms(message.timestamp));
  out.append(",\"metadata\":").append(message.metadata);
  if (message.ttl) {
    out += ",\"ttl\":";
    append_number(out, message.ttl->count());
    out += ",\"signature\":null}";
  } else {
    out += ",\"ttl\":null,\"signature\":null}";
  }
}

void write_attempt(std::string& out, std::string_view tail, const Attempt& attempt) {
  // The metadata's end: what follows it holds neither a brace nor a text.
  const std::size_t end = tail.rfind("},\"ttl\":");
  if (end == std::string_view::npos) {
    out += tail;  // edited by hand
    return;
  }
  out.append(tail.substr(0, end));
  if (out.back() != '{') out += ',';
  out += "\"delivery\":\"at-least-once\",\"deliveryId\":";
  append_quoted(out, attempt.delivery_id);
  out.append(",\"attempt\":").append(std::to_string(attempt.number));
  if (attempt.original_id) {
    out += ",\"originalMessageId\":";
    append_quoted(out, *attempt.original_id);
  }
  out += tail.substr(end);
}

std::string send_metadata(const JsonView& senders, std::string_view hub_address,
                          std::string_view original_id, bool reliable) {
  std::string out;
  out.reserve(senders.raw().size() + hub_address.size() + original_id.size() + 64);
  out += '{';
  for (ObjectCursor c(senders); c.next();) {
    if (!is_forwarded(c, reliable)) continue;
    out.append(1, '"').append(c.raw_key()).append("\":").append(c.value().raw()).append(1, ',');
  }
  out += "\"forwarded\":true,\"via\":\"";
  append_string_text(out, hub_address);
  out += "\",\"originalMessageId\":\"";
  append_string_text(out, original_id);
  out += "\"}";
  return out;
}

std::string broadcast_metadata(std::string_view hub_address) {
  std::string out = "{\"broadcast\":true,\"via\":";
  append_quoted(out, hub_address);
  return out.append(1, '}');
}

std::string publish_metadata(std::string_view topic, std::string_view hub_address) {
  std::string out = "{\"topic\":";
  append_quoted(out, topic);
  out += ",\"publication\":true,\"via\":";
  append_quoted(out, hub_address);
  return out.append(1, '}');
}

std::optional<std::string> topic_of_publication(std::string_view tail) {
  const std::string whole = std::string(1, '{').append(tail);
  const auto metadata = JsonView(whole).member("metadata");
  const auto topic = metadata ? metadata->member("topic") : std::nullopt;
  return topic ? topic->string() : std::nullopt;
}

std::string trace_metadata(const JsonView& senders) {
  std::string out = "{";
  if (senders.raw() == "{}") return out.append(1, '}');
  for (const std::string_view key : {"traceId", "spanId"}) {
    const auto value = senders.member(key);
    if (!value) continue;
    if (out.size() > 1) out += ',';
    out.append(1, '"').append(key).append("\":").append(value->raw());
  }
  return out.append(1, '}');
}

}  // namespace signal_hub::wire
