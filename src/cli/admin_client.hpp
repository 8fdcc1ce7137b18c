// A client of the administration API (docs/openapi.yaml), for the operator's subcommands.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "cli/url.hpp"

namespace signal_hub::cli {

/// Where the hub is and what opens its door.
struct AdminOptions {
  std::string socket;      // --admin-socket; beats the others
  std::string url;         // http, https, ws or wss; empty: this machine's default
  std::string token_file;  // --admin-token-file
  double timeout = 10;     // seconds

  /// Adds the flags, which also come from the environment.
  void add_to(CLI::App& app);
};

/// Why the hub did not do it.
struct AdminFault {
  int status = 0;       // of HTTP; 0: it was not reached, or did not answer
  std::string code;     // of the API's error; empty without an answer
  std::string message;  // for people; a sentence or two
};

class AdminClient {
 public:
  using Json = nlohmann::json;
  using Query = std::vector<std::pair<std::string, std::string>>;  // empty values are left out

  /// Does not connect yet. Errors: a sentence: what was given does not say where the hub is.
  static Result<AdminClient> open(const AdminOptions& options);

  /// `path` is below /api/v1, encoded.
  Result<Json, AdminFault> get(const std::string& path, const Query& query = {}) const;
  Result<Json, AdminFault> call(std::string_view method, const std::string& path,
                                const Json& body = nullptr) const;
  /// With JSON that is passed on as it is.
  Result<Json, AdminFault> post(const std::string& path, const std::string& json) const;

  /// Calls `f` with every item of a list, page after page, until it says false.
  /// Nullopt: all is well.
  std::optional<AdminFault> each(const std::string& path, Query query,
                                 const std::function<bool(const Json&)>& f) const;

 private:
  Result<Json, AdminFault> ask(std::string_view method, const std::string& path,
                               const std::string& body) const;
  AdminClient(HubUrl hub, std::string token, Millis timeout)
      : hub_(std::move(hub)), token_(std::move(token)), timeout_(timeout) {}

  HubUrl hub_;
  std::string token_;
  Millis timeout_;
};

/// As a segment of a path or a value of a query (RFC 3986).
std::string percent_encode(std::string_view text);

}  // namespace signal_hub::cli
