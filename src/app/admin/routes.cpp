#include "app/admin/routes.hpp"

#include <algorithm>
#include <array>

#include "wire/json_check.hpp"

namespace signal_hub::app::admin {
namespace {

constexpr std::array table{
    Route{"GET", "/stats", get_stats},
    Route{"GET", "/stream", nullptr},
    Route{"GET", "/events", list_events},
    Route{"GET", "/sessions", list_sessions},
    Route{"GET", "/sessions/{}", get_session},
    Route{"DELETE", "/sessions/{}", kick_session},
    Route{"GET", "/slow-consumers", list_slow_consumers},
    Route{"GET", "/actors", list_actors},
    Route{"GET", "/actors/{*}", get_actor},
    Route{"DELETE", "/actors/{*}", kick_actor},
    Route{"GET", "/topics", list_topics},
    Route{"GET", "/subscriptions", list_subscriptions},
    Route{"GET", "/queues", list_queues},
    Route{"GET", "/messages/{*}", get_message},
    Route{"GET", "/dead-letters", list_dead_letters},
    Route{"POST", "/dead-letters/requeue", requeue_dead_letters},
    Route{"POST", "/dead-letters/purge", purge_dead_letters},
    Route{"GET", "/dead-letters/{}", get_dead_letter},
    Route{"DELETE", "/dead-letters/{}", purge_dead_letter},
    Route{"POST", "/dead-letters/{}/requeue", requeue_dead_letter},
    Route{"POST", "/publish", publish},
    Route{"POST", "/send", send},
    Route{"POST", "/drain", drain},
    Route{"POST", "/reload", reload},
    Route{"GET", "/log-level", get_log_level},
    Route{"PUT", "/log-level", set_log_level},
};

/// The parameter, empty without one; nullopt: another path.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
  const std::size_t brace = pattern.find('{');
  if (brace == std::string_view::npos) {
    return path == pattern ? std::optional(std::string_view{}) : std::nullopt;
  }
  if (!path.starts_with(pattern.substr(0, brace)) || path.size() == brace) return std::nullopt;
  std::string_view rest = path.substr(brace);
  const std::string_view behind = pattern.substr(pattern.find('}') + 1);
  if (rest.size() <= behind.size() || !rest.ends_with(behind)) return std::nullopt;
  rest.remove_suffix(behind.size());
  if (pattern.ends_with("{*}") || rest.find('/') == std::string_view::npos) return rest;
  return std::nullopt;
}

bool is_clean(std::string_view path) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(path.begin(), path.end(), is_control)) return false;
  if (wire::check_grammar(path) == wire::JsonVerdict::bad_utf8) return false;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    if (segment.empty() || segment == "." || segment == "..") return false;
    path.remove_prefix(end);
  }
  return true;
}

}  // namespace

bool is_api_path(std::string_view path) {
  return path == api_root || (path.starts_with(api_root) && path[api_root.size()] == '/');
}

Checked<Found> find_route(std::string_view method, std::string_view path, std::string& allow) {
  const std::string_view below = path.substr(api_root.size());
  if (!is_clean(below)) return fail(invalid("The path has segments that are not allowed."));
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  for (const Route& route : table) {
    const auto parameter = match(route.pattern, below);
    if (!parameter) continue;
    if (route.method == wanted) return Found{&route, *parameter};
    allow += (allow.empty() ? "" : ", ") + std::string(route.method);
  }
  if (allow.empty()) return fail(not_found("This path"));
  return fail(Refusal{405, "method_not_allowed",
                      "This path does not have the method " + std::string(method) + ".",
                      "Use " + allow + "."});
}

}  // namespace signal_hub::app::admin
