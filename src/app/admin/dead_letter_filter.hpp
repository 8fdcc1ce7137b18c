// Which dead letters an operator means: the same members in a query and in a body.
#pragma once

#include "app/admin/arguments.hpp"
#include "app/archive.hpp"
#include "base/time.hpp"

namespace signal_hub::app::admin {

/// Of `target`, `reason`, `olderThan` and `newerThan`, the last two in milliseconds before `now`.
/// None of them: all dead letters.
Checked<DeadLetterFilter> dead_letter_filter(const Arguments& arguments, Now now);
Checked<DeadLetterFilter> dead_letter_filter(wire::JsonView body, Now now);

}  // namespace signal_hub::app::admin
