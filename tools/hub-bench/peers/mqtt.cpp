#include "peers/mqtt.hpp"

namespace hub_bench {
namespace {

constexpr unsigned connack = 2;
constexpr unsigned publish_type = 3;
constexpr unsigned suback = 9;
constexpr unsigned pingresp = 13;

std::string text(std::string_view value) {
  std::string out{static_cast<char>(value.size() >> 8), static_cast<char>(value.size() & 0xff)};
  return out.append(value);
}

std::string packet(unsigned first, std::string_view body) {
  std::string out(1, static_cast<char>(first));
  std::size_t left = body.size();
  do {
    const std::size_t digit = left & 0x7f;
    left >>= 7;
    out += static_cast<char>(left > 0 ? digit | 0x80 : digit);
  } while (left > 0);
  return out.append(body);
}

}  // namespace

std::string Mqtt::hello() const {
  // Level 4, clean session, no keep-alive, and an id the server chooses.
  return packet(0x10, text("MQTT") + std::string("\x04\x02\0\0\0\0", 6));
}

std::string Mqtt::subscribe(std::string_view topic) const {
  return packet(0x82, std::string("\0\x01", 2) + text(topic) + '\0');
}

std::string Mqtt::publish(std::string_view topic, std::string_view payload) const {
  return packet(publish_type << 4, text(topic).append(payload));
}

std::string Mqtt::fence() const { return packet(0xc0, ""); }

Dialect::Event Mqtt::next(std::string_view bytes) const {
  std::size_t length = 0;
  std::size_t header = 1;
  for (unsigned shift = 0;; shift += 7) {
    if (header >= bytes.size()) return {};
    if (shift > 21) return {Kind::broken};
    const auto digit = static_cast<unsigned char>(bytes[header++]);
    length |= static_cast<std::size_t>(digit & 0x7f) << shift;
    if ((digit & 0x80) == 0) break;
  }
  if (bytes.size() - header < length) return {};
  const std::string_view body = bytes.substr(header, length);
  const std::size_t size = header + length;
  const unsigned type = static_cast<unsigned char>(bytes[0]) >> 4;
  if (type == connack)
    return {body == std::string_view("\0\0", 2) ? Kind::ack : Kind::broken, size};
  if (type == suback || type == pingresp) return {Kind::ack, size};
  if (type != publish_type) return {Kind::other, size};
  if (body.size() < 2) return {Kind::broken};
  const auto topic = static_cast<std::size_t>(static_cast<unsigned char>(body[0]) << 8 |
                                              static_cast<unsigned char>(body[1]));
  if (body.size() < 2 + topic) return {Kind::broken};
  return {Kind::message, size, body.substr(2 + topic)};
}

}  // namespace hub_bench
