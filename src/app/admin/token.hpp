// The operator's token.
#pragma once

#include <string>
#include <string_view>

#include "app/admin/refusal.hpp"
#include "base/result.hpp"

namespace signal_hub::app::admin {

/// The token in a file's text, without the white space around it. Errors: a sentence without its
/// end.
Result<std::string> token_in(std::string_view text);

/// Takes as long for any two texts of these lengths: how much of a guess is right cannot be timed.
bool same_token(std::string_view given, std::string_view token);

/// Checks `Authorization: Bearer TOKEN`; an empty `token` means that there is none.
Checked<bool> check_token(std::string_view authorization, std::string_view token);

}  // namespace signal_hub::app::admin
