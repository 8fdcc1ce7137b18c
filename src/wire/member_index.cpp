#include "wire/member_index.hpp"

namespace signal_hub::wire {

std::optional<JsonView> MemberIndex::find(std::string_view key) const {
  if (!known_) return object_.member(key);
  for (std::size_t i = members_.size(); i > 0; --i) {
    const JsonMember& m = members_[i - 1];
    if (m.key_has_escapes ? unescape(m.key) == key : m.key == key) {
      return JsonView::exactly(m.value);
    }
  }
  return std::nullopt;
}

}  // namespace signal_hub::wire
