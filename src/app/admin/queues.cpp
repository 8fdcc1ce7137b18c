// /queues: what waits, of the hub's memory, and since when, of the database.
#include <algorithm>

#include "app/admin/handlers.hpp"

namespace signal_hub::app::admin {
namespace {

using Oldest = std::vector<std::pair<std::string, WallTime>>;

HttpResponse listing(const core::Page<core::QueueView>& page, const Oldest& oldest) {
  return json([&](wire::JsonWriter& out) {
    out.begin_object().key("items").begin_array();
    for (const core::QueueView& queue : page.items) {
      out.begin_object().field("actor", queue.actor).field("status", core::name(queue.status));
      out.field("waiting", queue.waiting).field("bytes", queue.bytes);
      out.field("stored", queue.stored);
      const auto known = std::find_if(oldest.begin(), oldest.end(), [&queue](const auto& entry) {
        return entry.first == queue.actor;
      });
      field_or_null(out, "oldestAt",
                    known == oldest.end() ? std::nullopt : std::optional(known->second));
      out.end_object();
    }
    out.end_array();
    text_or_null(out, "next", page.next ? encode_cursor(*page.next) : "");
    out.end_object();
  });
}

}  // namespace

Answer list_queues(Call& call) {
  const auto arguments = Arguments::read(call.request.arguments, {"limit", "cursor", "search"});
  if (!arguments) return arguments.error();
  const auto page = page_of(*arguments);
  if (!page) return page.error();
  const auto start = decode_cursor(page->cursor);
  if (!start) return start.error();
  const core::TextFilter search(arguments->text("search").value_or(""));
  auto found = call.hub.admin().queues(search, *start, page->limit);
  OldestWaiting question;
  for (const core::QueueView& queue : found.items) {
    if (queue.stored != 0) question.targets.push_back(queue.actor);
  }
  if (question.targets.empty()) return listing(found, {});
  const auto finish = [found = std::move(found)](const Result<ArchiveAnswer>& answer) {
    return listing(found, answer->oldest);
  };
  return ask_archive(call, std::move(question), finish);
}

}  // namespace signal_hub::app::admin
