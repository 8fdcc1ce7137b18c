#include "peers/redis.hpp"

#include <charconv>
#include <initializer_list>

namespace hub_bench {
namespace {

std::string command(std::initializer_list<std::string_view> words) {
  std::string out = "*" + std::to_string(words.size()) + "\r\n";
  for (const std::string_view word : words) {
    out += "$" + std::to_string(word.size()) + "\r\n";
    out.append(word).append("\r\n");
  }
  return out;
}

/// Reads on behind what it has read.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  /// False while it is not whole; empty for what is no line at all.
  bool line(std::string_view& out) {
    const std::size_t end = bytes_.find("\r\n", at_);
    if (end == bytes_.npos) return false;
    out = bytes_.substr(at_, end - at_);
    at_ = end + 2;
    return true;
  }

  /// A bulk string, or an integer as text.
  bool item(std::string_view& out) {
    if (!line(out)) return false;
    if (!out.starts_with('$')) return true;
    const std::size_t length = count(out);
    if (bytes_.size() - at_ < length + 2) return false;
    out = bytes_.substr(at_, length);
    at_ += length + 2;
    return true;
  }

  static std::size_t count(std::string_view line) {
    std::size_t out = 0;
    std::from_chars(line.data() + 1, line.data() + line.size(), out);
    return out;
  }

  [[nodiscard]] std::size_t size() const { return at_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace

std::string Redis::hello() const { return command({"PING"}); }

std::string Redis::subscribe(std::string_view topic) const { return command({"SUBSCRIBE", topic}); }

std::string Redis::publish(std::string_view topic, std::string_view payload) const {
  return command({"PUBLISH", topic, payload});
}

Dialect::Event Redis::next(std::string_view bytes) const {
  Reader reader(bytes);
  std::string_view first;
  if (!reader.line(first)) return {};
  if (first == "+PONG") return {Kind::ack, reader.size()};
  if (first.starts_with(':')) return {Kind::other, reader.size()};
  if (!first.starts_with('*')) return {Kind::broken};
  std::string_view kind;
  std::string_view last;
  for (std::size_t i = 0; i < Reader::count(first); ++i) {
    if (!reader.item(last)) return {};
    if (i == 0) kind = last;
  }
  if (kind == "message") return {Kind::message, reader.size(), last};
  const bool ack = kind == "subscribe" || kind == "pong";
  return {ack ? Kind::ack : Kind::other, reader.size()};
}

}  // namespace hub_bench
