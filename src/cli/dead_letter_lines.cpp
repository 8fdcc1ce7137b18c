#include "cli/dead_letter_lines.hpp"

#include <algorithm>
#include <array>

#include "app/stories.hpp"
#include "cli/stories.hpp"
#include "wire/json_check.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::cli {
namespace {

using Line = std::array<std::string, 7>;

Line line_of(const app::DeadLetter& letter) {
  const core::StoredMessage& m = letter.message;
  return {std::to_string(m.position),
          m.finished_at ? iso_time(*m.finished_at) : "",
          m.reason,
          m.target,
          m.sender,
          letter.type.value_or("-"),
          m.message_id};
}

/// The message as it would have been delivered, without id and to; nullopt: it is no JSON.
std::optional<std::string> text_of(const core::StoredMessage& m) {
  std::string text = "{" + m.tail;
  if (wire::check_grammar(text) != wire::JsonVerdict::valid) return std::nullopt;
  return text;
}

void write_text(wire::JsonWriter& out, std::string_view name,
                const std::optional<std::string>& text) {
  out.key(name);
  text ? out.value(*text) : out.null();
}

void write_time(wire::JsonWriter& out, std::string_view name, std::optional<WallTime> time) {
  out.key(name);
  time ? out.value(*time) : out.null();
}

}  // namespace

void print_table(const std::vector<app::DeadLetter>& letters, std::ostream& out) {
  if (letters.empty()) return;
  std::vector<Line> lines{{"ID", "DEAD SINCE", "REASON", "TARGET", "SENDER", "TYPE", "MESSAGE"}};
  for (const app::DeadLetter& letter : letters) lines.push_back(line_of(letter));
  std::array<std::size_t, std::tuple_size_v<Line>> widths{};
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  for (Line& line : lines) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      line[i].resize(widths[i] + 2, ' ');
      out << line[i];
    }
    out << line.back() << "\n";
  }
}

std::string dead_letter_json(const app::DeadLetter& letter, bool detailed) {
  const core::StoredMessage& m = letter.message;
  std::string json;
  wire::JsonWriter out(json);
  out.begin_object().field("id", std::to_string(m.position)).field("messageId", m.message_id);
  out.field("sender", m.sender).field("target", m.target);
  write_text(out, "type", letter.type);
  out.field("reason", m.reason).field("attempts", m.attempts);
  write_text(out, "lastError",
             m.last_error.empty() ? std::nullopt : std::optional<std::string>(m.last_error));
  out.field("acceptedAt", m.accepted_at);
  write_time(out, "deadAt", m.finished_at);
  write_time(out, "expiresAt", m.expires_at);
  out.field("bytes", letter.bytes);
  if (detailed) {
    out.raw_field("history", app::history_json(m));
    out.raw_field("message", text_of(m).value_or("null"));
  }
  out.end_object();
  return json;
}

std::string dead_letter_text(const app::DeadLetter& letter) {
  return std::to_string(letter.message.position) + ": " + story_text(letter.message) + "  " +
         text_of(letter.message).value_or("(its text cannot be read)") + "\n";
}

}  // namespace signal_hub::cli
