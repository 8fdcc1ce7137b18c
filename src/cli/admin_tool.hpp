// What the operator's subcommands have in common: options, a client, complaints.
#pragma once

#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "cli/admin_client.hpp"
#include "cli/arguments.hpp"
#include "cli/table.hpp"

namespace signal_hub::cli {

class AdminTool {
 public:
  AdminTool(const std::string& description, const std::string& name, std::ostream& out,
            std::ostream& err);

  CLI::App& app() { return app_; }
  std::ostream& out() { return out_; }
  const AdminClient& client() const { return *client_; }
  bool json() const { return json_; }

  /// Nullopt: go on, there is a client. Otherwise the exit code.
  std::optional<int> parse(std::span<const std::string> arguments);

  int complain(const AdminFault& fault);
  /// The arguments were wrong.
  int misused(const std::string& sentence);
  /// Prints the answer as JSON, or `sentence`; or complains.
  int report(const Result<AdminClient::Json, AdminFault>& answer, const std::string& sentence);

  /// Prints a list: as JSON, one item a line, or as a table whose rows `row` makes.
  using MakeRow = std::vector<std::string> (*)(const AdminClient::Json& item);
  int list(const std::string& path, const AdminClient::Query& query,
           const std::vector<std::string>& heads, MakeRow row);

 private:
  CLI::App app_;
  std::ostream& out_;
  std::ostream& err_;
  AdminOptions options_;
  bool json_ = false;
  std::optional<AdminClient> client_;
};

// Cells of a table, from an item's member.
std::string text_cell(const AdminClient::Json& item, const char* name);
std::string number_cell(const AdminClient::Json& item, const char* name);
std::string bytes_cell(const AdminClient::Json& item, const char* name);
std::string span_cell(const AdminClient::Json& item, const char* name);
std::string time_cell(const AdminClient::Json& item, const char* name);

/// A member that counts, in a sentence: `1 session`, `2 sessions`.
std::string count_text(const AdminClient::Json& item, const char* name, const std::string& what);

}  // namespace signal_hub::cli
