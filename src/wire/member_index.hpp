// MemberIndex: an object's members by their names.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "wire/json_check.hpp"
#include "wire/json_view.hpp"

namespace signal_hub::wire {

/// Holds slices like the views it was made from; owns nothing.
class MemberIndex {
 public:
  /// Walks the object for every question; in a value that is no object nothing is found.
  explicit MemberIndex(JsonView object) : object_(object) {}

  /// Of members found before, in order; their list must outlive this.
  explicit MemberIndex(std::span<const JsonMember> members) : members_(members), known_(true) {}

  /// As JsonView::member.
  std::optional<JsonView> find(std::string_view key) const;

 private:
  JsonView object_;
  std::span<const JsonMember> members_;
  bool known_ = false;
};

}  // namespace signal_hub::wire
