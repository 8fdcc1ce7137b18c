// What commands read of the machine: files and the environment.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/result.hpp"
#include "config/load.hpp"

namespace signal_hub::cli {

/// Nullopt: the variable is not set.
std::optional<std::string> environment(const std::string& name);

/// The whole file. Errors: "cannot read PATH".
Result<std::string> read_file(const std::string& path);

/// Where settings come from when the hub runs on this machine; `arguments` must outlive them.
config::Sources sources_of(std::span<const std::string> arguments);

}  // namespace signal_hub::cli
