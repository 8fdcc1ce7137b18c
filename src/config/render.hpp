// The option table as people read it.
#pragma once

#include <string>

namespace signal_hub::config {

/// The flags part of `--help`, grouped by section.
std::string render_help();

/// A Markdown table for the README.
std::string render_markdown();

/// mdoc(7) for the man page's OPTIONS.
std::string render_mdoc();

}  // namespace signal_hub::config
