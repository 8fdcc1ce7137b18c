#include "cli/url.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string_view>

namespace signal_hub::cli {
namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

Failed<std::string> refuse(const std::string& text, std::string_view why) {
  return fail("\"" + text + "\" " + std::string(why) +
              "; allowed are ws://HOST:PORT/PATH, wss://HOST:PORT/PATH and unix:PATH");
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c > 0x20 && c != 0x7f; });
}

/// `ws` or `wss`, in any case, taken off the front with its `://`.
std::optional<bool> take_scheme(std::string_view& rest) {
  const std::size_t end = rest.find("://");
  if (end == std::string_view::npos) return std::nullopt;
  std::string scheme(rest.substr(0, end));
  std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  rest.remove_prefix(end + 3);
  if (scheme != "ws" && scheme != "wss") return std::nullopt;
  return scheme == "wss";
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) {
    return std::nullopt;
  }
  return port;
}

/// The host of `HOST[:PORT]` or `[V6][:PORT]`, empty if there is none; what follows it is left in
/// `authority`.
std::string_view take_host(std::string_view& authority) {
  if (!authority.starts_with('[')) {
    const std::string_view host = authority.substr(0, authority.find(':'));
    authority.remove_prefix(host.size());
    return host;
  }
  const std::size_t end = authority.find(']');
  if (end == std::string_view::npos) return {};
  const std::string_view host = authority.substr(1, end - 1);
  authority.remove_prefix(end + 1);
  return host;
}

}  // namespace

std::string HubUrl::authority() const {
  if (unix_socket) return "localhost";
  std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port == (tls ? https_port : http_port)) return name;
  return name + ":" + std::to_string(port);
}

Result<HubUrl> parse_hub_url(const std::string& text) {
  if (text.starts_with("unix:") && text.size() > 5) {
    return HubUrl{text.substr(5), "/ws", 0, false, true};
  }
  std::string_view rest(text);
  const auto tls = take_scheme(rest);
  if (!tls) return refuse(text, "is no ws:// or wss:// URL");
  if (!is_printable(rest)) return refuse(text, "has spaces or control characters");
  if (rest.find('#') != std::string_view::npos) return refuse(text, "has a fragment");
  const std::size_t slash = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, slash);
  std::string path(rest.substr(slash));
  if (!path.starts_with('/')) path.insert(0, "/");
  const std::string host(take_host(authority));
  if (host.empty() || host.find('@') != std::string::npos) return refuse(text, "names no host");
  HubUrl url{host, std::move(path), *tls ? https_port : http_port, *tls, false};
  if (authority.empty()) return url;
  const auto port = authority.front() == ':' ? parse_port(authority.substr(1)) : std::nullopt;
  if (!port) return refuse(text, "has no port from 1 to 65535");
  url.port = *port;
  return url;
}

}  // namespace signal_hub::cli
