// One request of the administration API, admitted and routed, and what its handler may use.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "app/admin/arguments.hpp"
#include "app/admin/controls.hpp"
#include "app/admin/refusal.hpp"
#include "app/admin/waiting.hpp"
#include "app/archive.hpp"
#include "app/event_ring.hpp"
#include "app/ports.hpp"
#include "core/admin.hpp"
#include "core/hub.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::app::admin {

struct Call {
  const HttpRequest& request;
  HttpId http;
  std::string_view parameter;  // of the path; empty if the route has none
  Now now;
  core::Hub& hub;
  Controls& controls;
  Archive& archive;
  const EventRing& events;
  Waiting& waiting;
};

struct AnsweredLater {};

/// A handler's result.
using Answer = std::variant<HttpResponse, Refusal, AnsweredLater>;

/// Asks the archive; `finish` makes the answer of its reply.
Answer ask_archive(Call& call, ArchiveQuery query, FromArchive finish);

/// Writes the action to the log.
void note_action(Call& call, std::string_view action, std::string_view target);

/// 200 with a JSON body that `write` makes.
template <class Write>
HttpResponse json(Write write) {
  HttpResponse response;
  wire::JsonWriter out(response.body);
  write(out);
  return response;
}

template <class T>
void field_or_null(wire::JsonWriter& out, std::string_view name, const std::optional<T>& value) {
  if (value) {
    out.field(name, *value);
  } else {
    out.key(name).null();
  }
}

inline void text_or_null(wire::JsonWriter& out, std::string_view name, std::string_view text) {
  if (text.empty()) {
    out.key(name).null();
  } else {
    out.field(name, text);
  }
}

}  // namespace signal_hub::app::admin
