#include "scan.hpp"

#include "digits.hpp"

namespace hub_bench {

std::optional<Stamp> StampFinder::find(std::string_view text, std::size_t data_size, bool& whole) {
  const bool there = text.size() > at_ && text.substr(at_).starts_with(stamp_prefix);
  const std::size_t at = there ? at_ : text.find(stamp_prefix);
  if (at == std::string_view::npos) return std::nullopt;
  at_ = at;
  const std::string_view stamp = text.substr(at + stamp_prefix.size());
  constexpr std::size_t number_at = sender_digits + 1;
  constexpr std::size_t intended_at = number_at + number_digits + 1;
  whole = false;
  if (stamp.size() < intended_at + number_digits) return std::nullopt;
  const auto sender = read_hex(stamp.substr(0, sender_digits));
  const auto number = read_hex(stamp.substr(number_at, number_digits));
  const auto intended = read_hex(stamp.substr(intended_at, number_digits));
  if (!sender || !number || !intended) return std::nullopt;
  // The prefix begins behind one quote, and the data ends with another.
  const std::size_t end = at + data_size - 2;
  whole = at > 0 && text[at - 1] == '"' && end < text.size() && text[end] == '"';
  return Stamp{static_cast<std::uint32_t>(*sender), *number, static_cast<Nanos>(*intended)};
}

Answer read_answer(std::string_view text) {
  constexpr std::string_view type_mark = R"("type":")";
  constexpr std::string_view answered_mark = R"("correlationId":"hb-)";
  Answer out;
  out.text = text;
  if (const std::size_t at = text.find(type_mark); at != text.npos) {
    const std::string_view rest = text.substr(at + type_mark.size());
    out.type = rest.substr(0, rest.find('"'));
  }
  const std::size_t at = text.find(answered_mark);
  if (at == text.npos) return out;
  const std::string_view id = text.substr(at + answered_mark.size());
  if (id.size() < sender_digits + 1 + number_digits) return out;
  const auto sender = read_hex(id.substr(0, sender_digits));
  const auto number = read_hex(id.substr(sender_digits + 1, number_digits));
  if (!sender || !number) return out;
  out.ours = true;
  out.sender = static_cast<std::uint32_t>(*sender);
  out.number = *number;
  return out;
}

}  // namespace hub_bench
