#include "app/dashboard.hpp"

#include <algorithm>
#include <string>

#include "wire/json_writer.hpp"

namespace signal_hub::app {
namespace {

constexpr std::string_view page = "/dashboard";

// Nothing from elsewhere, nothing inline, nobody's frame; texts never become markup.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// If-None-Match names the tag: weakly compared, as RFC 9110 §13.1.2 has it.
bool names(std::string_view header, std::string_view etag) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(','), header.size());
    std::string_view one = trim(header.substr(0, end));
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag || one == "*") return true;
    header.remove_prefix(std::min(end + 1, header.size()));
  }
  return false;
}

HttpResponse refusal(int status, std::string_view message) {
  HttpResponse response;
  response.status = status;
  wire::JsonWriter out(response.body);
  out.begin_object().field("error", message).end_object();
  return response;
}

/// The page's links count from /dashboard; the target is relative, since a proxy may have put
/// something before it.
HttpResponse moved() {
  HttpResponse response = refusal(308, "The dashboard is at /dashboard.");
  response.headers.emplace_back("Location", "../dashboard");
  return response;
}

HttpResponse found(const DashboardAsset& asset, const HttpRequest& request) {
  HttpResponse response;
  response.content_type = asset.content_type;
  response.cache_control = "no-cache";  // kept, and asked for again by its tag
  response.headers = {{"ETag", std::string(asset.etag)},
                      {"Content-Security-Policy", std::string(policy)},
                      {"Referrer-Policy", "no-referrer"},
                      {"X-Frame-Options", "DENY"},
                      {"Cross-Origin-Resource-Policy", "same-origin"}};
  if (names(request.if_none_match, asset.etag)) {
    response.status = 304;
  } else {
    response.body = asset.bytes;
  }
  return response;
}

}  // namespace

bool is_dashboard_path(std::string_view path) {
  return path == page || (path.starts_with(page) && path[page.size()] == '/');
}

HttpResponse serve_dashboard(const HttpRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse response = refusal(405, "Only GET and HEAD are served here.");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  if (request.path == "/dashboard/") return moved();
  const auto assets = dashboard_assets();
  const auto asset =
      std::find_if(assets.begin(), assets.end(),
                   [&request](const DashboardAsset& a) { return a.path == request.path; });
  if (asset == assets.end()) return refusal(404, "The dashboard is at /dashboard.");
  return found(*asset, request);
}

}  // namespace signal_hub::app
