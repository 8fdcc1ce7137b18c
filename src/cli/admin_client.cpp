#include "cli/admin_client.hpp"

#include <cctype>
#include <cmath>

#include "app/admin/token.hpp"
#include "cli/http_exchange.hpp"
#include "cli/system.hpp"
#include "cli/texts.hpp"

namespace signal_hub::cli {
namespace {

constexpr std::string_view root = "/api/v1";
constexpr const char* default_url = "ws://127.0.0.1:8787";
constexpr int first_refusal = 300;

/// The hub's own URL is one of WebSockets; an operator may give either.
std::string as_websocket(const std::string& url) {
  if (url.starts_with("http://")) return "ws" + url.substr(4);
  if (url.starts_with("https://")) return "wss" + url.substr(5);
  return url;
}

AdminFault fault_of(const HttpReply& reply, const AdminClient::Json& body) {
  AdminFault fault{reply.status, {}, "the hub answered " + std::to_string(reply.status) + "."};
  if (!body.is_object() || !body.contains("error") || !body["error"].is_object()) return fault;
  const auto& error = body["error"];
  fault.code = error.value("code", "");
  fault.message = with_advice(error.value("message", ""), error.value("resolution", ""));
  return fault;
}

}  // namespace

void AdminOptions::add_to(CLI::App& app) {
  app.add_option("--admin-socket", socket, "The hub's administration socket")
      ->envname("SIGNAL_HUB_ADMIN_SOCKET");
  app.add_option("--url", url, "The hub, http:// or https://, with --admin-token-file")
      ->envname("SIGNAL_HUB_URL");
  app.add_option("--admin-token-file", token_file, "File with the administration token")
      ->envname("SIGNAL_HUB_ADMIN_TOKEN_FILE");
  app.add_option("--timeout", timeout, "Seconds to wait for an answer")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 3600.0));
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else {
      out.append(1, '%').append(1, hex[byte >> 4U]).append(1, hex[byte & 15U]);
    }
  }
  return out;
}

Result<AdminClient> AdminClient::open(const AdminOptions& options) {
  const Millis timeout{static_cast<std::int64_t>(std::ceil(options.timeout * 1000))};
  if (!options.socket.empty()) {
    return AdminClient(HubUrl{options.socket, "", 0, false, true}, "", timeout);
  }
  if (options.token_file.empty()) {
    return fail(std::string(
        "give the hub's --admin-socket PATH, or --admin-token-file FILE and its --url."));
  }
  const auto text = read_file(options.token_file);
  if (!text) return fail(text.error() + ".");
  auto token = app::admin::token_in(*text);
  if (!token) return fail(options.token_file + ": " + token.error() + ".");
  auto url = parse_hub_url(as_websocket(options.url.empty() ? default_url : options.url));
  if (!url) return fail("--url " + url.error() + ", or the same with http.");
  return AdminClient(std::move(*url), std::move(*token), timeout);
}

Result<AdminClient::Json, AdminFault> AdminClient::get(const std::string& path,
                                                       const Query& query) const {
  std::string target = path;
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    target += (target.find('?') == std::string::npos ? "?" : "&") + name + "=";
    target += percent_encode(value);
  }
  return call("GET", target);
}

Result<AdminClient::Json, AdminFault> AdminClient::call(std::string_view method,
                                                        const std::string& path,
                                                        const Json& body) const {
  return ask(method, path, body.is_null() ? "" : body.dump());
}

Result<AdminClient::Json, AdminFault> AdminClient::post(const std::string& path,
                                                        const std::string& json) const {
  return ask("POST", path, json);
}

Result<AdminClient::Json, AdminFault> AdminClient::ask(std::string_view method,
                                                       const std::string& path,
                                                       const std::string& body) const {
  const std::string target = std::string(root) + path;
  const auto reply = exchange(hub_, {method, target, token_, body}, timeout_);
  if (!reply) return fail(AdminFault{0, "", reply.error() + "."});
  Json answer = Json::parse(reply->body, nullptr, false);
  if (reply->status >= first_refusal) return fail(fault_of(*reply, answer));
  if (!answer.is_object()) {
    return fail(AdminFault{reply->status, "", "what answered is no hub with an administration."});
  }
  return answer;
}

std::optional<AdminFault> AdminClient::each(const std::string& path, Query query,
                                            const std::function<bool(const Json&)>& f) const {
  query.emplace_back("limit", "1000");
  query.emplace_back("cursor", "");
  for (;;) {
    const auto page = get(path, query);
    if (!page) return page.error();
    if (!page->contains("items") || !(*page)["items"].is_array()) {
      return AdminFault{0, "", "the answer is no list."};
    }
    for (const Json& item : (*page)["items"]) {
      if (!f(item)) return std::nullopt;
    }
    const auto next = page->find("next");
    if (next == page->end() || !next->is_string()) return std::nullopt;
    query.back().second = next->get<std::string>();
  }
}

}  // namespace signal_hub::cli
