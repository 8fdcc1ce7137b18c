#include "peers/socketio.hpp"

namespace hub_bench {
namespace {

/// The length of the object or array at the start of `text`; 0: it is not all there.
std::size_t json_length(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return i + 1;
  }
  return 0;
}

/// A packet's digits; 4 is a message, and the next digit says which.
std::size_t digits(std::string_view bytes) { return bytes.front() == '4' ? 2 : 1; }

}  // namespace

std::string SocketIo::subscribe(std::string_view topic) const {
  return R"(42["subscribe",")" + std::string(topic) + R"("])";
}

std::string SocketIo::publish(std::string_view topic, std::string_view payload) const {
  std::string out = R"(42["publish",")";
  return out.append(topic).append("\",").append(payload).append("]");
}

Dialect::Event SocketIo::next(std::string_view bytes) const {
  if (bytes.empty()) return {};
  if (bytes.front() == '2') return {Kind::ping, 1};
  const std::size_t head = digits(bytes);
  if (bytes.size() <= head) return {};
  if (bytes[head] != '{' && bytes[head] != '[') return {Kind::broken};
  const std::size_t length = json_length(bytes.substr(head));
  if (length == 0) return {};
  const std::string_view kind = bytes.substr(0, head);
  const std::string_view text = bytes.substr(head, length);
  if (kind == "0") return {Kind::other, head + length};
  if (kind == "40" || text == R"(["ok"])") return {Kind::ack, head + length};
  return {kind == "42" ? Kind::message : Kind::broken, head + length, text};
}

}  // namespace hub_bench
