// What libwebsockets knows of a request's line and headers, and how an answer leaves.
#pragma once

#include <libwebsockets.h>

#include <string>
#include <string_view>
#include <vector>

namespace signal_hub::adapters {

/// Empty if there is none.
std::string header(lws* wsi, lws_token_indexes token);

bool has(lws* wsi, lws_token_indexes token);

struct Method {
  lws_token_indexes uri;  // where libwebsockets keeps the request's path
  std::string_view name;
};

/// Null: one that libwebsockets does not know.
const Method* method_of(lws* wsi);

/// The request line ends with a version. One that does not was cut by an encoded line end in its
/// path (%0a), which libwebsockets takes for a real one: what follows it would pass for headers.
bool has_version(lws* wsi);

/// The query's `name=value` texts, each decoded.
std::vector<std::string> arguments_of(lws* wsi);

/// Whatever the socket does not take at once, libwebsockets keeps. False: the connection is broken.
bool send_http(lws* wsi, std::string_view bytes);

}  // namespace signal_hub::adapters
