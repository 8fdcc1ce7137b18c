// The option table as people read it.
#pragma once

#include <string>

namespace signal_hub::config {

/// The flags part of `--help`, grouped by section.
std::string render_help();

/// A Markdown table for the README.
std::string render_markdown();

/// A TOML file with every setting at its default, commented out.
std::string render_toml();

/// Bash: the flags that serve, and what may follow one.
std::string render_completion();

/// mdoc(7) for the man page's OPTIONS.
std::string render_mdoc();

}  // namespace signal_hub::config
