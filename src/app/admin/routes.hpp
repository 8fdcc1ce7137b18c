// The fixed table of what there is under /api/v1.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/admin/handlers.hpp"

namespace signal_hub::app::admin {

inline constexpr std::string_view api_root = "/api/v1";

/// `path` is the API's root or below it.
bool is_api_path(std::string_view path);

struct Route {
  std::string_view method;
  /// Below the root; `{}` stands for one segment, `{*}` at the end for the rest, slashes included.
  std::string_view pattern;
  Answer (*handle)(Call&);  // null: /stream, which the API itself serves
};

struct Found {
  const Route* route;
  std::string_view parameter;
};

/// Refuses unknown paths, methods the path does not have (`allow` is then what it has), and paths
/// with segments `.` and `..`, empty ones, control characters or bytes that are no UTF-8.
Checked<Found> find_route(std::string_view method, std::string_view path, std::string& allow);

}  // namespace signal_hub::app::admin
