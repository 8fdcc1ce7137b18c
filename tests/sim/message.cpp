#include "message.hpp"

#include "wire/json_check.hpp"

namespace signal_hub::sim {
namespace {

using wire::JsonView;

constexpr unsigned final_bit = 0x80;
constexpr unsigned masked_bit = 0x80;

std::string text_or_empty(const JsonView& value) { return value.string().value_or(""); }

void take_member(Message& m, const wire::ObjectCursor& c) {
  if (c.key_is("id")) m.id = text_or_empty(c.value());
  if (c.key_is("from")) m.from = text_or_empty(c.value());
  if (c.key_is("to")) m.to = text_or_empty(c.value());
  if (c.key_is("type")) m.type = text_or_empty(c.value());
  if (c.key_is("pattern")) m.pattern = text_or_empty(c.value());
  if (c.key_is("correlationId")) m.correlation_id = c.value().string();
  if (c.key_is("payload")) m.payload = c.value().raw();
  if (c.key_is("metadata")) m.metadata = c.value().raw();
}

}  // namespace

std::optional<Frame> FrameReader::next() {
  const std::string_view rest = std::string_view(buffer_).substr(used_);
  if (broken_ || rest.size() < 2) return std::nullopt;
  const auto byte = [rest](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  const unsigned opcode = byte(0) & 0x0fU;
  const bool known = opcode == 1 || opcode == 8 || opcode == 9;
  if ((byte(0) & 0xf0U) != final_bit || (byte(1) & masked_bit) != 0 || !known) {
    broken_ = true;
    return std::nullopt;
  }
  std::size_t header = 2;
  std::uint64_t length = byte(1);
  const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (rest.size() < header + extra) return std::nullopt;
  if (extra != 0) length = 0;
  for (std::size_t i = 0; i < extra; ++i) length = length << 8U | byte(header++);
  if (rest.size() < header + length) return std::nullopt;
  Frame frame{opcode, std::string(rest.substr(header, length))};
  used_ += header + length;
  position_ += header + length;
  if (used_ == buffer_.size()) {
    buffer_.clear();
    used_ = 0;
  }
  return frame;
}

std::optional<std::string> Message::text_of(std::string_view name) const {
  const auto value = JsonView(payload).member(name);
  return value ? value->string() : std::nullopt;
}

std::optional<std::int64_t> Message::number_of(std::string_view name) const {
  const auto value = JsonView(payload).member(name);
  return value ? value->integer() : std::nullopt;
}

std::optional<std::string> Message::metadata_text(std::string_view name) const {
  const auto value = JsonView(metadata).member(name);
  return value ? value->string() : std::nullopt;
}

std::optional<Message> parse_message(std::string_view text, std::string& fault) {
  if (wire::check_grammar(text) != wire::JsonVerdict::valid) {
    fault = "no valid JSON: " + std::string(text.substr(0, 200));
    return std::nullopt;
  }
  Message m;
  m.text = text;
  const JsonView whole(m.text);
  if (!whole.is_object()) {
    fault = "no object: " + std::string(text.substr(0, 200));
    return std::nullopt;
  }
  for (wire::ObjectCursor c(whole); c.next();) take_member(m, c);
  const bool complete = !m.id.empty() && !m.from.empty() && !m.to.empty() && !m.type.empty() &&
                        m.pattern == "tell" && !m.payload.empty() && !m.metadata.empty();
  if (complete) return m;
  fault = "no complete envelope: " + std::string(text.substr(0, 400));
  return std::nullopt;
}

}  // namespace signal_hub::sim
