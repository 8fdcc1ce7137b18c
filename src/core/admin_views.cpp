#include "core/admin_views.hpp"

#include <utility>

#include "base/glob.hpp"
#include "wire/address.hpp"

namespace signal_hub::core {

TextFilter::TextFilter(std::string text) : text_(std::move(text)), glob_(is_glob(text_)) {}

bool TextFilter::matches(std::string_view text) const {
  if (glob_) return glob_match(text_, text);
  return text.find(text_) != std::string_view::npos;
}

bool TextFilter::matches_address(std::string_view address) const {
  if (!glob_ || text_.starts_with("@(") || !wire::is_canonical(address)) return matches(address);
  return glob_match(text_, wire::path_of(address));
}

}  // namespace signal_hub::core
