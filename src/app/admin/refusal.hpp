// Why a request of the administration API is refused (docs/openapi.yaml, Errors).
#pragma once

#include <string>
#include <string_view>

#include "app/ports.hpp"
#include "base/result.hpp"

namespace signal_hub::app::admin {

struct Refusal {
  int status;
  std::string code;
  std::string message;     // a sentence
  std::string resolution;  // a sentence
};

template <class T>
using Checked = Result<T, Refusal>;

HttpResponse to_response(const Refusal& refusal);

/// 400 invalid_request.
Refusal invalid(std::string message, std::string resolution = {});

/// 404 not_found; `what` begins the sentence.
Refusal not_found(std::string_view what);

/// 503 unavailable.
Refusal unavailable(std::string message);

}  // namespace signal_hub::app::admin
