#include "envelopes.hpp"

#include "digits.hpp"

namespace hub_bench {
namespace {

std::string request(std::string_view from, std::string_view type, std::string_view payload,
                    std::string_view pattern = "ask", std::string_view metadata = "") {
  // Ids must be new: the hub remembers requests and repeats their answers.
  std::string out = R"({"id":"request-)" + hex(static_cast<std::uint64_t>(now()), number_digits);
  out.append(R"(","from":")").append(from).append(R"(","to":")").append(hub_address);
  out.append(R"(","type":")").append(type).append(R"(","payload":)").append(payload);
  out.append(R"(,"pattern":")").append(pattern).append(R"(","correlationId":null,"timestamp":)");
  out.append(std::to_string(wall_ms())).append(R"(,"metadata":{)").append(metadata);
  return out.append(R"(},"ttl":null,"signature":null})");
}

std::string quoted(std::string_view name, std::string_view value) {
  return std::string(R"({")").append(name).append(R"(":")").append(value).append(R"("})");
}

}  // namespace

std::string connect_request(std::string_view from) {
  return request(from, "hub:connect", "null", "ask",
                 R"("protocolVersion":"0.1.0","capabilities":["bench"])");
}

std::string register_request(std::string_view address, bool acks) {
  return request(address, "hub:register",
                 std::string(R"({"actorAddress":")").append(address) +
                     R"(","capabilities":["bench"],"ttlSeconds":3600})",
                 "ask", acks ? R"("acks":true)" : "");
}

std::string subscribe_request(std::string_view from, std::string_view topic) {
  return request(from, "hub:subscribe", quoted("topic", topic));
}

std::string disconnect_request(std::string_view from) {
  return request(from, "hub:disconnect", "{}", "tell");
}

std::string heartbeat_request(std::string_view from) {
  return request(from, "hub:heartbeat", R"({"timestamp":1})", "tell");
}

std::string discover_request(std::string_view from, std::string_view address) {
  return request(from, "hub:discover", quoted("pattern", address));
}

std::string ack_request(std::string_view from, std::string_view ids) {
  return request(from, "hub:ack", std::string(R"({"deliveryIds":[)").append(ids).append("]}"),
                 "tell");
}

Envelope::Envelope(const Shape& shape, std::uint32_t sender) {
  const std::string zeros(number_digits, '0');
  const std::string who = hex(sender, sender_digits);
  text_ = R"({"id":")" + std::string(id_prefix) + who + "-";
  id_number_ = text_.size();
  text_ += zeros + R"(","from":")" + shape.from + R"(","to":")";
  text_ += shape.to.empty() ? std::string(hub_address) : shape.to;
  text_ += R"(","type":")" + shape.type + R"(","payload":{)";
  if (!shape.topic.empty()) text_ += R"("topic":")" + shape.topic + R"(",)";
  text_ += R"("type":"bench:load","data":")";
  const std::size_t data = text_.size() - 1;
  text_ += std::string(stamp_prefix) + who + ":";
  number_ = text_.size();
  text_ += zeros + ":";
  intended_ = text_.size();
  text_ += zeros + ":";
  text_.append(shape.data_size - (text_.size() - data) - 1, 'x');
  text_ += R"("},"pattern":")" + std::string(shape.ask ? "ask" : "tell");
  text_ += R"(","correlationId":null,"timestamp":)";
  timestamp_ = text_.size();
  text_ += std::to_string(wall_ms()) + R"(,"metadata":{)" + shape.metadata;
  text_ += R"(},"ttl":null,"signature":null})";
}

std::string_view Envelope::write(std::uint64_t number, Nanos intended) {
  write_hex(&text_[id_number_], number, number_digits);
  write_hex(&text_[number_], number, number_digits);
  write_hex(&text_[intended_], static_cast<std::uint64_t>(intended), number_digits);
  write_decimal(&text_[timestamp_], static_cast<std::uint64_t>(wall_ms()), timestamp_digits);
  return text_;
}

Envelope reliable_asks(const std::string& from, const std::string& to, std::size_t data_size,
                       std::uint32_t sender) {
  return Envelope({.from = from,
                   .to = to,
                   .type = "hub:send",
                   .topic = {},
                   .metadata = R"("delivery":"at-least-once")",
                   .ask = true,
                   .data_size = data_size},
                  sender);
}

}  // namespace hub_bench
