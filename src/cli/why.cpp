// signal-hub why: what became of a stored message, read from the file.
#include <optional>
#include <vector>

#include "app/stories.hpp"
#include "cli/admin_client.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/database_place.hpp"
#include "cli/stories.hpp"
#include "cli/texts.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::cli {
namespace {

void write_time(wire::JsonWriter& out, std::string_view name, std::optional<WallTime> time) {
  out.key(name);
  time ? out.value(*time) : out.null();
}

void write_text(wire::JsonWriter& out, std::string_view name, std::string_view text) {
  out.key(name);
  text.empty() ? out.null() : out.value(text);
}

/// As GET /messages/{id} of the administration API answers it.
std::string story_json(const std::string& id, const std::vector<core::StoredMessage>& found) {
  std::string json;
  wire::JsonWriter out(json);
  out.begin_object().field("messageId", id).key("deliveries").begin_array();
  for (const core::StoredMessage& m : found) {
    out.begin_object().field("sender", m.sender).field("target", m.target);
    out.field("state", app::state_of(m)).field("attempts", m.attempts).key("nextAttemptAt").null();
    write_text(out, "reason", m.reason);
    out.field("acceptedAt", m.accepted_at);
    write_time(out, "expiresAt", m.expires_at);
    out.raw_field("history", app::history_json(m)).end_object();
  }
  out.end_array().end_object();
  return json;
}

}  // namespace

namespace {

void print_live(const AdminClient::Json& story, std::ostream& out) {
  for (const auto& d : story.at("deliveries")) {
    out << d.at("sender").get<std::string>() << " -> " << d.at("target").get<std::string>() << "  "
        << d.at("state").get<std::string>();
    if (!d.at("reason").is_null()) out << " (" << d.at("reason").get<std::string>() << ")";
    out << "\n";
    for (const auto& e : d.at("history")) {
      out << "  " << iso_time(from_epoch_ms(e.at("at").get<std::int64_t>())) << "  "
          << e.at("event").get<std::string>();
      const auto& detail = e.at("detail");
      if (!detail.is_null()) out << "  " << detail.get<std::string>();
      out << "\n";
    }
  }
}

/// Asks the hub, which knows of messages that were not stored as well.
int ask_hub(const AdminOptions& door, const std::string& id, const std::string& sender, bool json,
            std::ostream& out, std::ostream& err) {
  const auto client = AdminClient::open(door);
  if (!client) {
    err << "signal-hub why: " << client.error() << "\n";
    return exit_usage;
  }
  const auto story = client->get("/messages/" + percent_encode(id), {{"sender", sender}});
  if (!story) {
    err << "signal-hub why: " << story.error().message << "\n";
    return exit_failed;
  }
  if (json) {
    out << story->dump() << "\n";
  } else {
    print_live(*story, out);
  }
  return exit_ok;
}

}  // namespace

int why_command(std::span<const std::string> arguments, const DatabaseTools& tools,
                std::ostream& out, std::ostream& err) {
  CLI::App app("Tell what became of a stored message, also while a hub serves.", "why");
  DatabasePlace place;
  std::string id;
  std::string sender;
  bool json = false;
  app.add_option("MESSAGE-ID", id, "The id its sender gave it")->required();
  app.add_option("--from", sender, "Of this sender, with or without @( )");
  app.add_flag("--json", json, "One JSON object");
  place.add_to(app);
  AdminOptions door;
  door.add_to(app);
  if (const auto code = parse_arguments(app, arguments, out, err)) return *code;
  const std::string from_address = sender.empty() ? "" : canonical_address(sender);
  if (!door.socket.empty() || !door.token_file.empty()) {
    return ask_hub(door, id, from_address, json, out, err);
  }
  const auto path = place.path();
  if (!path) return usage(err, app, path.error());
  const auto from =
      sender.empty() ? std::nullopt : std::optional<std::string>(canonical_address(sender));
  const auto found = tools.find_messages(*path, id, from);
  if (!found) return complain(err, app, found.error());
  if (found->empty()) {
    return complain(err, app,
                    {"nothing is known of " + id +
                         "; what was not stored, or has ended longer ago than --receipt-ttl and "
                         "--dedupe-window, leaves no trace in " +
                         *path,
                     false});
  }
  if (json) out << story_json(id, *found) << "\n";
  for (const core::StoredMessage& m : *found) {
    if (!json) out << story_text(m);
  }
  return exit_ok;
}

}  // namespace signal_hub::cli
