// hub:connect, hub:heartbeat, hub:disconnect, hub:refresh_token; and the requests without fields.
#include <algorithm>
#include <cctype>

#include "wire/decoders.hpp"
#include "wire/fields.hpp"

namespace signal_hub::wire {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes `MAJOR`, `MINOR` or `PATCH`: digits without a leading zero.
bool take_number(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && is_digit(text[length])) ++length;
  if (length == 0 || length > 9 || (length > 1 && text[0] == '0')) return false;
  text.remove_prefix(length);
  return true;
}

bool take_dot(std::string_view& text) {
  if (!text.starts_with('.')) return false;
  text.remove_prefix(1);
  return true;
}

/// MAJOR.MINOR.PATCH, optionally with -pre.release and +build.
bool is_semver(std::string_view text) {
  if (!take_number(text) || !take_dot(text) || !take_number(text) || !take_dot(text) ||
      !take_number(text)) {
    return false;
  }
  if (text.empty()) return true;
  if ((text[0] != '-' && text[0] != '+') || text.size() == 1) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '+';
  });
}

std::string without_bearer(std::string token) {
  constexpr std::string_view prefix = "bearer ";
  if (token.size() < prefix.size()) return token;
  const bool prefixed = std::equal(prefix.begin(), prefix.end(), token.begin(), [](char a, char b) {
    return a == std::tolower(static_cast<unsigned char>(b));
  });
  return prefixed ? token.substr(prefix.size()) : token;
}

}  // namespace

Decoded decode_connect(const Envelope& envelope) {
  std::optional<Error> fault;
  Fields metadata = metadata_fields(envelope, fault);
  Connect connect;
  connect.protocol_version = metadata.required_text("protocolVersion", 64);
  if (!is_semver(connect.protocol_version)) {
    metadata.object_to("protocolVersion", "is not a semantic version.", "\"0.1.0\"");
  }
  if (auto token = metadata.text("authToken")) connect.auth_token = without_bearer(*token);
  connect.capabilities = read_capabilities(metadata);
  metadata.object("clientMetadata");
  if (auto features = metadata.texts("features")) connect.features = std::move(*features);
  return decoded(std::move(connect), fault);
}

Decoded decode_heartbeat(const Envelope& envelope) {
  std::optional<Error> fault;
  Heartbeat heartbeat{std::to_string(epoch_ms(envelope.timestamp))};
  if (envelope.payload.is_null()) return decoded(std::move(heartbeat), fault);
  Fields payload = payload_fields(envelope, fault);
  if (payload.number("timestamp")) heartbeat.timestamp = payload.any("timestamp")->raw();
  return decoded(std::move(heartbeat), fault);
}

Decoded decode_disconnect(const Envelope& envelope) {
  std::optional<Error> fault;
  Disconnect disconnect;
  if (envelope.payload.is_null()) return decoded(std::move(disconnect), fault);
  disconnect.reason = payload_fields(envelope, fault).text("reason");
  return decoded(std::move(disconnect), fault);
}

Decoded decode_refresh_token(const Envelope& envelope) {
  std::optional<Error> fault;
  Fields metadata = metadata_fields(envelope, fault);
  RefreshToken refresh;
  auto token = metadata.text("authToken");
  if (!token && envelope.payload.is_object()) token = payload_fields(envelope, fault).text("token");
  if (!token || token->empty()) {
    metadata.object_to("authToken", "is missing; it must be the new token.", "a string");
  }
  refresh.token = without_bearer(token.value_or(""));
  refresh.nonce = metadata.text("nonce");
  if (refresh.nonce && (refresh.nonce->empty() || refresh.nonce->size() > 128)) {
    metadata.object_to("nonce", "must have 1 to 128 bytes.", "a string of 1 to 128 bytes");
  }
  return decoded(std::move(refresh), fault);
}

Decoded decode_queue_stats(const Envelope&) { return Request(QueueStats{}); }

Decoded decode_metrics(const Envelope&) { return Request(Metrics{}); }

}  // namespace signal_hub::wire
