// signal-hub without a subcommand: wire everything, run, return the exit code.
#pragma once

#include <string>
#include <vector>

namespace signal_hub {

int serve(const std::vector<std::string>& arguments);

}  // namespace signal_hub
