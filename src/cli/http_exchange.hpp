// One HTTP/1.1 request and its answer, on a connection of its own.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "cli/url.hpp"

namespace signal_hub::cli {

struct HttpAsk {
  std::string_view method;
  std::string_view target;  // path and query, encoded
  std::string_view token;   // for Authorization: Bearer; empty: none
  std::string_view body;    // JSON; empty: none
};

struct HttpReply {
  int status = 0;
  std::string body;
};

/// Waits at most `timeout` for the connection and for each part of the answer. Errors: a sentence
/// without its end.
Result<HttpReply> exchange(const HubUrl& hub, const HttpAsk& ask, Millis timeout);

}  // namespace signal_hub::cli
