#include "peers/nats.hpp"

#include <charconv>

namespace hub_bench {

std::string Nats::hello() const {
  return "CONNECT {\"verbose\":false,\"pedantic\":false}\r\nPING\r\n";
}

std::string Nats::subscribe(std::string_view topic) const {
  return "SUB " + std::string(topic) + " 1\r\nPING\r\n";
}

std::string Nats::publish(std::string_view topic, std::string_view payload) const {
  std::string out = "PUB ";
  out.append(topic).append(" ").append(std::to_string(payload.size())).append("\r\n");
  return out.append(payload).append("\r\n");
}

Dialect::Event Nats::next(std::string_view bytes) const {
  const std::size_t end = bytes.find("\r\n");
  if (end == bytes.npos) return {};
  const std::string_view line = bytes.substr(0, end);
  const std::size_t head = end + 2;
  if (line == "PONG") return {Kind::ack, head};
  if (line == "PING") return {Kind::ping, head};
  if (line.starts_with("-ERR")) return {Kind::broken, head};
  if (!line.starts_with("MSG ")) return {Kind::other, head};
  const std::string_view digits = line.substr(line.rfind(' ') + 1);
  std::size_t length = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), length).ec != std::errc{}) {
    return {Kind::broken};
  }
  if (bytes.size() - head < length + 2) return {};
  return {Kind::message, head + length + 2, bytes.substr(head, length)};
}

}  // namespace hub_bench
