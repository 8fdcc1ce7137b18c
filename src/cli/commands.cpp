#include "cli/commands.hpp"

#include <algorithm>
#include <array>

#include "config/render.hpp"

namespace signal_hub::cli {
namespace {

constexpr std::size_t help_column = 34;

constexpr std::array table{
    Command{"subscribe", "TOPIC...", "Print the messages published to topics, one JSON line each.",
            false, subscribe_command},
    Command{"publish", "TOPIC TYPE JSON",
            "Publish one message to a topic, with an --admin- flag as the operator.", false,
            publish_command},
    Command{"send", "ADDRESS TYPE JSON",
            "Send one message to an actor, with an --admin- flag as the operator.", false,
            send_command},
    Command{"actors", "[PATTERN]",
            "List registered actors, one JSON line each; with --admin-socket or "
            "--admin-token-file as the operator sees them.",
            false, actors_command},
    Command{"stats", "[--watch]", "Print a hub's live figures.", false, stats_command},
    Command{"sessions", "[SEARCH]", "List a hub's connections.", false, sessions_command},
    Command{"topics", "[SEARCH]", "List topics and patterns that have subscribers.", false,
            topics_command},
    Command{"queues", "[SEARCH]", "List mailboxes that hold something.", false, queues_command},
    Command{"kick", "SESSION|ADDRESS", "End a connection, or a registration with its connection.",
            false, kick_command},
    Command{"drain", "[--wait]", "Stop a hub: clients are told, everything is saved.", false,
            drain_command},
    Command{"reload", "", "Have a hub read its configuration again.", false, reload_command},
    Command{"log-level", "[LEVEL]", "Print or change a hub's log level.", false, log_level_command},
    Command{"dead-letters", "list|show|requeue|purge",
            "See to messages that will not be delivered.", false, nullptr, dead_letters_command},
    Command{"why", "MESSAGE-ID", "Tell what became of a stored message.", false, nullptr,
            why_command},
    Command{"token", "--actor PATH", "Mint a token for development.", false, token_command},
    Command{"check", "--config FILE", "Validate a configuration file.", false, check_command},
    Command{"migrate", "[--dry-run]", "Bring a database to this version's schema.", false, nullptr,
            migrate_command},
    Command{"backup", "FILE", "Copy the database into a new file, also while a hub serves.", false,
            nullptr, backup_command},
    Command{"docs", "SECTION", "Print a table of the documentation.", true, docs_command},
};

}  // namespace

std::span<const Command> command_table() { return table; }

const Command* find_command(std::string_view name) {
  const auto* found =
      std::find_if(table.begin(), table.end(), [name](const Command& c) { return c.name == name; });
  return found == table.end() ? nullptr : found;
}

std::string help_text() {
  std::string out =
      "Signal Hub: a message hub for actors over WebSocket.\n\n"
      "usage: signal-hub [FLAGS]             serve\n"
      "       signal-hub COMMAND [ARGUMENTS] talk to a hub; COMMAND --help tells more\n\n"
      "Commands:\n";
  for (const Command& command : table) {
    if (command.hidden) continue;
    std::string line = "  " + std::string(command.name) + " " + std::string(command.synopsis);
    line.resize(std::max(line.size() + 1, help_column), ' ');
    out += line + std::string(command.help) + "\n";
  }
  out += config::render_help();
  out +=
      "\nGeneral:\n"
      "  --config FILE                   TOML file with the flags' names as keys.\n"
      "  --help                          This text.\n"
      "  --version                       The version.\n\n"
      "Durations take ms, s, m, h; sizes KiB, MiB, GiB; in every limit 0 means unlimited.\n"
      "Each flag can also come from the environment (SIGNAL_HUB_RATE_LIMIT for --rate-limit)\n"
      "or the file; a flag beats the environment, the environment beats the file.\n";
  return out;
}

}  // namespace signal_hub::cli
