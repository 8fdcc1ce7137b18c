#include "wire/fields.hpp"

#include <algorithm>

#include <cmath>
#include <utility>

#include "base/limits.hpp"

namespace signal_hub::wire {

void Fields::fault(Error error) {
  if (!fault_) fault_ = std::move(error);
}

void Fields::object_to(std::string_view name, std::string_view complaint, std::string_view wanted) {
  const std::string path = path_of(name);
  fault(invalid_field(path, path + " " + std::string(complaint),
                      "Send " + path + " as " + std::string(wanted) + "."));
}

void Fields::wrong_kind(std::string_view name, std::string_view wanted) {
  const auto value = members_.find(name);
  const bool missing = !value;
  object_to(name, (missing ? "is missing; it must be " : "must be ") + std::string(wanted) + ".",
            wanted);
}

std::optional<JsonView> Fields::present(std::string_view name) const {
  auto value = members_.find(name);
  if (value && value->is_null()) return std::nullopt;
  return value;
}

std::optional<std::string> Fields::text(std::string_view name) {
  const auto value = present(name);
  if (!value) return std::nullopt;
  auto text = value->string();
  if (!text) wrong_kind(name, "a string");
  return text;
}

std::string Fields::required_text(std::string_view name, std::size_t most_bytes) {
  auto value = text(name);
  if (value && !value->empty() && value->size() <= most_bytes) return std::move(*value);
  const std::string wanted = "a string of 1 to " + std::to_string(most_bytes) + " bytes";
  if (!value) {
    wrong_kind(name, wanted);
    return {};
  }
  object_to(name, "has " + std::to_string(value->size()) + " bytes; it must be " + wanted + ".",
            wanted);
  return std::move(*value);
}

std::optional<bool> Fields::flag(std::string_view name) {
  const auto value = present(name);
  if (!value) return std::nullopt;
  const auto flag = value->boolean();
  if (!flag) wrong_kind(name, "true or false");
  return flag;
}

std::optional<double> Fields::number(std::string_view name) {
  const auto value = present(name);
  if (!value) return std::nullopt;
  const auto number = value->number();
  if (!number) wrong_kind(name, "a number");
  return number;
}

std::optional<std::size_t> Fields::count(std::string_view name) {
  const auto value = present(name);
  if (!value) return std::nullopt;
  const auto number = value->integer();
  if (!number || *number < 0) {
    wrong_kind(name, "a whole number, 0 or more");
    return std::nullopt;
  }
  return static_cast<std::size_t>(*number);
}

std::optional<std::vector<std::string>> Fields::texts(std::string_view name) {
  const auto value = present(name);
  if (!value) return std::nullopt;
  if (value->kind() != JsonView::Kind::array) {
    wrong_kind(name, "an array of strings");
    return std::nullopt;
  }
  std::vector<std::string> all;
  for (ArrayCursor c(*value); c.next();) {
    auto text = c.value().string();
    if (!text) {
      wrong_kind(name, "an array of strings");
      return std::nullopt;
    }
    all.push_back(std::move(*text));
  }
  return all;
}

std::optional<JsonView> Fields::object(std::string_view name) {
  const auto value = present(name);
  if (value && !value->is_object()) {
    wrong_kind(name, "an object");
    return std::nullopt;
  }
  return value;
}

Fields payload_fields(const Envelope& envelope, std::optional<Error>& fault) {
  if (envelope.payload.is_object()) {
    return {envelope.payload_members.value_or(MemberIndex(envelope.payload)), "payload", fault};
  }
  if (!fault) {
    fault = invalid_field("payload", "payload must be an object.",
                          "Send payload as an object with this message's fields.");
  }
  return {JsonView("{}"), "payload", fault};
}

Fields metadata_fields(const Envelope& envelope, std::optional<Error>& fault) {
  return {envelope.metadata_members.value_or(MemberIndex(envelope.metadata)), "metadata", fault};
}

std::vector<std::string> read_capabilities(Fields& fields) {
  constexpr std::string_view wanted = "a non-empty array of strings";
  auto all = fields.texts("capabilities");
  if (!all || all->empty()) {
    fields.object_to("capabilities", "must be " + std::string(wanted) + ".", wanted);
    return {};
  }
  const std::string path = fields.path_of("capabilities");
  if (all->size() > limits::capabilities) {
    fields.fault(over_limit(path, limits::capabilities, all->size()));
  }
  for (const std::string& capability : *all) {
    if (capability.empty()) fields.object_to("capabilities", "contains an empty string.", wanted);
    if (capability.size() > limits::capability_bytes) {
      fields.fault(over_limit(path + "[] bytes", limits::capability_bytes, capability.size()));
    }
  }
  return std::move(*all);
}

bool read_durable(Fields& metadata) { return metadata.flag("durable").value_or(false); }

Delivery read_delivery(Fields& metadata) {
  Delivery delivery;
  const auto level = metadata.text("delivery");
  delivery.reliable = level == "at-least-once";
  if (level && !delivery.reliable && *level != "at-most-once") {
    metadata.object_to("delivery", "is none of the known delivery levels.",
                       "at-most-once or at-least-once");
  }
  const std::size_t priority = metadata.count("priority").value_or(delivery.priority);
  if (priority > 2) metadata.object_to("priority", "must be 0, 1 or 2.", "0, 1 or 2");
  delivery.priority = static_cast<std::uint8_t>(std::min<std::size_t>(priority, 2));
  return delivery;
}

}  // namespace signal_hub::wire
