// A message of the hub, as the client reads it: looked at, never re-serialised.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/json_view.hpp"

namespace signal_hub::cli {

class Message {
 public:
  /// Any text; one that is no JSON object reads as a message without fields.
  explicit Message(std::string text);

  /// As received.
  const std::string& text() const { return text_; }

  /// A string of the envelope; empty if there is none.
  std::string field(std::string_view name) const;

  // Views into text(): they end with this message, or when it is moved.
  wire::JsonView payload() const { return part("payload"); }
  wire::JsonView metadata() const { return part("metadata"); }

  /// If this is an error of the hub: its type, message and resolution as one sentence or two.
  std::optional<std::string> error() const;

 private:
  wire::JsonView part(std::string_view name) const;

  std::string text_;
  bool readable_;
};

/// A string member; `otherwise` if there is none.
std::string string_in(wire::JsonView object, std::string_view name, std::string otherwise = {});

}  // namespace signal_hub::cli
