// hub:send, hub:broadcast, hub:subscribe, hub:publish, hub:unsubscribe.
#include <algorithm>

#include "base/glob.hpp"
#include "base/limits.hpp"
#include "wire/decoders.hpp"
#include "wire/fields.hpp"

namespace signal_hub::wire {
namespace {

Content read_content(Fields& payload) {
  Content content;
  content.type = payload.required_text("type", limits::type_bytes);
  if (content.type.starts_with("hub:")) {
    payload.object_to("type", "starts with hub:, which is reserved for the hub.",
                      "a type of your own");
  }
  if (const auto data = payload.any("data")) content.data = *data;
  return content;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// Nullopt: fine as the name or glob of a subscription.
std::optional<Error> topic_fault(const std::string& path, const std::string& topic) {
  if (topic.empty() || topic.size() > limits::topic_bytes) {
    return invalid_field(
        path, path + " has " + std::to_string(topic.size()) + " bytes; it must have 1 to 256.",
        "Send a topic of 1 to 256 bytes.");
  }
  if (has_control(topic)) {
    return invalid_field(path, path + " contains control characters.",
                         "Send a topic without control characters.");
  }
  return std::nullopt;
}

std::string read_topic(Fields& payload, std::string_view name) {
  std::string topic = payload.required_text(name, limits::topic_bytes);
  if (auto fault = topic_fault(payload.path_of(name), topic)) payload.fault(std::move(*fault));
  return topic;
}

Element<std::string> read_element(const JsonView& value, std::size_t index) {
  const std::string path = "payload.topics[" + std::to_string(index) + "]";
  auto topic = value.string();
  if (!topic) {
    return {"", fail(invalid_field(path, path + " must be a string.", "Send topics as strings."))};
  }
  if (auto fault = topic_fault(path, *topic)) return {*topic, fail(std::move(*fault))};
  return {*topic, *topic};
}

void read_bulk(Fields& payload, const JsonView& topics, Subscribe& request) {
  request.bulk = true;
  if (topics.kind() != JsonView::Kind::array) {
    return payload.object_to("topics", "must be an array.", "an array of strings");
  }
  std::size_t index = 0;
  for (ArrayCursor c(topics); c.next(); ++index) {
    if (index == limits::bulk_elements) {
      for (++index; c.next();) ++index;
      return payload.fault(over_limit("payload.topics", limits::bulk_elements, index));
    }
    request.topics.push_back(read_element(c.value(), index));
  }
  if (request.topics.empty()) {
    payload.object_to("topics", "is empty.", "an array of 1 to 100 strings");
  }
}

}  // namespace

Decoded decode_send(const Envelope& envelope) {
  std::optional<Error> fault;
  Fields metadata = metadata_fields(envelope, fault);
  Fields payload = payload_fields(envelope, fault);
  Send send;
  send.content = read_content(payload);
  send.to = payload.text("to");
  send.require_ack = metadata.flag("requireAck").value_or(false);
  send.delivery = read_delivery(metadata);
  return decoded(std::move(send), fault);
}

Decoded decode_broadcast(const Envelope& envelope) {
  std::optional<Error> fault;
  Fields metadata = metadata_fields(envelope, fault);
  Fields payload = payload_fields(envelope, fault);
  Broadcast broadcast;
  broadcast.content = read_content(payload);
  broadcast.exclude_self = payload.flag("excludeSelf").value_or(false);
  broadcast.target_capability = metadata.text("targetCapability");
  broadcast.delivery = read_delivery(metadata);
  if (broadcast.delivery.reliable) {
    metadata.fault(unsupported_field("metadata.delivery",
                                     "A broadcast is at-most-once; publish to a topic instead."));
  }
  return decoded(std::move(broadcast), fault);
}

Decoded decode_subscribe(const Envelope& envelope) {
  std::optional<Error> fault;
  Fields metadata = metadata_fields(envelope, fault);
  Fields payload = payload_fields(envelope, fault);
  Subscribe request;
  request.answer_durable = read_durable(metadata);
  request.durable = payload.flag("durable");
  request.acks = payload.flag("ack");
  if (const auto since = payload.any("since"); since && !since->is_null()) {
    payload.fault(unsupported_field("payload.since", "This hub keeps no history yet."));
  }
  if (const auto topics = payload.any("topics")) {
    read_bulk(payload, *topics, request);
  } else {
    std::string topic = read_topic(payload, "topic");
    request.topics.push_back({topic, topic});
  }
  return decoded(std::move(request), fault);
}

Decoded decode_publish(const Envelope& envelope) {
  std::optional<Error> fault;
  Fields metadata = metadata_fields(envelope, fault);
  Fields payload = payload_fields(envelope, fault);
  Publish publish;
  publish.topic = read_topic(payload, "topic");
  if (is_glob(publish.topic)) {
    payload.object_to("topic", "contains `*`; a publication goes to one topic.",
                      "a topic without `*`");
  }
  if (publish.topic.starts_with("hub/")) {
    payload.object_to("topic", "starts with hub/, where only the hub publishes.",
                      "a topic of your own");
  }
  publish.content = read_content(payload);
  publish.delivery = read_delivery(metadata);
  return decoded(std::move(publish), fault);
}

Decoded decode_unsubscribe(const Envelope& envelope) {
  std::optional<Error> fault;
  Fields metadata = metadata_fields(envelope, fault);
  Fields payload = payload_fields(envelope, fault);
  Unsubscribe request{payload.text("topic"), payload.text("subscriptionId"),
                      read_durable(metadata)};
  if (request.topic) read_topic(payload, "topic");
  if (!request.topic && !request.subscription_id) {
    payload.object_to("topic", "is missing; name the topic or the subscriptionId.", "a string");
  }
  return decoded(std::move(request), fault);
}

}  // namespace signal_hub::wire
