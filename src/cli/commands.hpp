// Every subcommand but serving: one row each, for dispatch, help and the man page.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

namespace signal_hub::cli {

struct DatabaseTools;

struct Command {
  std::string_view name;
  std::string_view synopsis;  // after the name
  std::string_view help;      // one sentence
  bool hidden;                // for building the documentation
  int (*run)(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
             std::ostream& err);
  /// Of commands on the database file; then `run` is null.
  int (*run_on_database)(std::span<const std::string> arguments, const DatabaseTools& tools,
                         std::ostream& out, std::ostream& err) = nullptr;
};

std::span<const Command> command_table();
const Command* find_command(std::string_view name);

/// The whole of `signal-hub --help`.
std::string help_text();

int token_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                  std::ostream& err);
int check_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                  std::ostream& err);
int subscribe_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                      std::ostream& err);
int publish_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                    std::ostream& err);
/// publish_command and send_command through the operator's door.
int admin_publish_command(std::span<const std::string> arguments, std::istream& in,
                          std::ostream& out, std::ostream& err);
int admin_send_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                       std::ostream& err);
int send_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                 std::ostream& err);
int actors_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                   std::ostream& err);
int stats_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                  std::ostream& err);
int sessions_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                     std::ostream& err);
/// actors_command with the operator's eyes.
int admin_actors_command(std::span<const std::string> arguments, std::ostream& out,
                         std::ostream& err);
int topics_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                   std::ostream& err);
int queues_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                   std::ostream& err);
int kick_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                 std::ostream& err);
int drain_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                  std::ostream& err);
int reload_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                   std::ostream& err);
int log_level_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                      std::ostream& err);
int migrate_command(std::span<const std::string> arguments, const DatabaseTools& tools,
                    std::ostream& out, std::ostream& err);
int backup_command(std::span<const std::string> arguments, const DatabaseTools& tools,
                   std::ostream& out, std::ostream& err);
int dead_letters_command(std::span<const std::string> arguments, const DatabaseTools& tools,
                         std::ostream& out, std::ostream& err);
int why_command(std::span<const std::string> arguments, const DatabaseTools& tools,
                std::ostream& out, std::ostream& err);
int docs_command(std::span<const std::string> arguments, std::istream& in, std::ostream& out,
                 std::ostream& err);

}  // namespace signal_hub::cli
