// /drain, /reload and /log-level.
#include "app/admin/handlers.hpp"

namespace signal_hub::app::admin {
namespace {

constexpr std::string_view levels[] = {"debug", "info", "warn", "error"};

HttpResponse level_in_force(Call& call) {
  return json([&call](wire::JsonWriter& out) {
    out.begin_object().field("level", call.controls.settings().server.log_level).end_object();
  });
}

}  // namespace

Answer drain(Call& call) {
  const auto body = object_body(call.request.body.empty() ? "{}" : call.request.body, {});
  if (!body) return body.error();
  note_action(call, "drain", "");
  const std::size_t connections = call.hub.connections();
  call.controls.begin_drain();
  HttpResponse response = json([connections](wire::JsonWriter& out) {
    out.begin_object().field("state", "draining").field("connections", connections).end_object();
  });
  response.status = 202;
  return response;
}

Answer reload(Call& call) {
  const auto body = object_body(call.request.body.empty() ? "{}" : call.request.body, {});
  if (!body) return body.error();
  note_action(call, "reload", "");
  const auto frozen = call.controls.reload_settings();
  if (!frozen) {
    return Refusal{409, "reload_failed", frozen.error(),
                   "Correct the configuration; `signal-hub check` judges it. The hub goes on with "
                   "the old one."};
  }
  return json([&frozen](wire::JsonWriter& out) {
    out.begin_object().field("needsRestart", *frozen).end_object();
  });
}

Answer get_log_level(Call& call) { return level_in_force(call); }

Answer set_log_level(Call& call) {
  const auto body = object_body(call.request.body, {"level"});
  if (!body) return body.error();
  const auto member = body->member("level");
  const std::string wanted = member ? member->string().value_or("") : "";
  for (const std::string_view level : levels) {
    if (level != wanted) continue;
    note_action(call, "log_level", level);
    call.controls.set_log_level(level);
    return level_in_force(call);
  }
  return invalid("`level` is debug, info, warn or error.");
}

}  // namespace signal_hub::app::admin
