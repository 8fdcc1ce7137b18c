#include "app/admin/call.hpp"

#include <utility>

namespace signal_hub::app::admin {
namespace {

Refusal busy() { return unavailable("Too many requests wait for their answer already."); }

}  // namespace

Answer ask_archive(Call& call, ArchiveQuery query, FromArchive finish) {
  if (!call.waiting.has_room()) return busy();
  const auto guarded = [finish = std::move(finish)](const Result<ArchiveAnswer>& answer) {
    if (answer) return finish(answer);
    return to_response(unavailable("The database cannot be read: " + answer.error() + "."));
  };
  const std::uint64_t ticket = call.waiting.await_archive(call.http, guarded, call.now);
  if (call.archive.ask(ticket, std::move(query))) return AnsweredLater{};
  call.waiting.gone(call.http);
  return busy();
}

void note_action(Call& call, std::string_view action, std::string_view target) {
  std::vector<core::Event::Field> fields{{"action", std::string(action)}};
  if (!target.empty()) fields.push_back({"target", std::string(target)});
  const bool local = call.request.door == Door::admin_socket;
  fields.push_back({"via", std::string(local ? "socket" : "http")});
  call.controls.log(core::LogEvent::admin_action, std::move(fields));
}

}  // namespace signal_hub::app::admin
