// base64url (RFC 4648 §5), strict: no padding, no stray bits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace signal_hub::adapters {

std::optional<std::string> decode_base64url(std::string_view text);
std::string encode_base64url(std::string_view bytes);

}  // namespace signal_hub::adapters
