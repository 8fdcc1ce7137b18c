// HTTP responses as bytes (RFC 9112).
#pragma once

#include <string>

#include "app/ports.hpp"

namespace signal_hub::adapters {

/// Status line, headers and body; a HEAD response keeps the length and leaves the body out.
std::string encode_response(const app::HttpResponse& response, bool head, bool close);

}  // namespace signal_hub::adapters
