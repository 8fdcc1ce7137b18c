#include "adapters/ws/headers.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace signal_hub::adapters {

std::string header(lws* wsi, lws_token_indexes token) {
  const int length = lws_hdr_total_length(wsi, token);
  if (length <= 0) return {};
  std::string text(static_cast<std::size_t>(length) + 1, '\0');
  const int copied = lws_hdr_copy(wsi, text.data(), length + 1, token);
  text.resize(copied > 0 ? static_cast<std::size_t>(copied) : 0);
  return text;
}

bool has(lws* wsi, lws_token_indexes token) { return lws_hdr_total_length(wsi, token) > 0; }

namespace {

constexpr std::array methods{
    Method{WSI_TOKEN_GET_URI, "GET"},         Method{WSI_TOKEN_HEAD_URI, "HEAD"},
    Method{WSI_TOKEN_POST_URI, "POST"},       Method{WSI_TOKEN_PUT_URI, "PUT"},
    Method{WSI_TOKEN_DELETE_URI, "DELETE"},   Method{WSI_TOKEN_PATCH_URI, "PATCH"},
    Method{WSI_TOKEN_OPTIONS_URI, "OPTIONS"},
};

}  // namespace

const Method* method_of(lws* wsi) {
  const auto* found = std::find_if(methods.begin(), methods.end(),
                                   [wsi](const Method& m) { return has(wsi, m.uri); });
  return found == methods.end() ? nullptr : found;
}

bool has_version(lws* wsi) { return header(wsi, WSI_TOKEN_HTTP).starts_with("HTTP/"); }

std::vector<std::string> arguments_of(lws* wsi) {
  std::vector<std::string> all;
  const int total = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_URI_ARGS);
  if (total <= 0) return all;
  std::string buffer(static_cast<std::size_t>(total) + 1, '\0');
  for (int n = 0;; ++n) {
    const int length =
        lws_hdr_copy_fragment(wsi, buffer.data(), total + 1, WSI_TOKEN_HTTP_URI_ARGS, n);
    if (length < 0) return all;
    all.emplace_back(buffer.data(), static_cast<std::size_t>(length));
  }
}

bool send_http(lws* wsi, std::string_view bytes) {
  std::vector<unsigned char> buffer(LWS_PRE + bytes.size());
  std::memcpy(buffer.data() + LWS_PRE, bytes.data(), bytes.size());
  return lws_write(wsi, buffer.data() + LWS_PRE, bytes.size(), LWS_WRITE_HTTP) >= 0;
}

}  // namespace signal_hub::adapters
