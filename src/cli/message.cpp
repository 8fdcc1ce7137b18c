#include "cli/message.hpp"

#include <utility>

#include "cli/texts.hpp"
#include "wire/json_check.hpp"

namespace signal_hub::cli {

Message::Message(std::string text)
    : text_(std::move(text)),
      readable_(wire::check_grammar(text_) == wire::JsonVerdict::valid &&
                wire::JsonView(text_).is_object()) {}

wire::JsonView Message::part(std::string_view name) const {
  return readable_ ? wire::JsonView(text_).member(name).value_or(wire::JsonView())
                   : wire::JsonView();
}

std::string Message::field(std::string_view name) const { return part(name).string().value_or(""); }

std::optional<std::string> Message::error() const {
  if (!payload().member("retryable")) return std::nullopt;
  return with_advice(field("type") + ": " + string_in(payload(), "message"),
                     string_in(payload(), "resolution"));
}

std::string string_in(wire::JsonView object, std::string_view name, std::string otherwise) {
  const auto found = object.member(name);
  return found ? found->string().value_or(std::move(otherwise)) : otherwise;
}

}  // namespace signal_hub::cli
