#include "app/admin/refusal.hpp"

#include <utility>

#include "wire/json_writer.hpp"

namespace signal_hub::app::admin {

HttpResponse to_response(const Refusal& refusal) {
  HttpResponse response;
  response.status = refusal.status;
  wire::JsonWriter out(response.body);
  out.begin_object().key("error").begin_object().field("code", refusal.code);
  out.field("message", refusal.message).field("resolution", refusal.resolution);
  out.end_object().end_object();
  if (refusal.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

Refusal invalid(std::string message, std::string resolution) {
  if (resolution.empty()) resolution = "Correct the request; docs/openapi.yaml describes it.";
  return {400, "invalid_request", std::move(message), std::move(resolution)};
}

Refusal not_found(std::string_view what) {
  return {404, "not_found", std::string(what) + " does not exist, or not any more.",
          "List what there is."};
}

Refusal unavailable(std::string message) {
  return {503, "unavailable", std::move(message), "Try again later; /health may tell why."};
}

}  // namespace signal_hub::app::admin
