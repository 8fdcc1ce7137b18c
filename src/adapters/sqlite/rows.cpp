#include "adapters/sqlite/rows.hpp"

#include <SQLiteCpp/Column.h>

#include <nlohmann/json.hpp>
#include <string_view>

namespace signal_hub::adapters {
namespace {

/// The table's constraint knows no other text.
core::ActorStatus status_of(std::string_view text) {
  for (const auto status : {core::ActorStatus::online, core::ActorStatus::dormant}) {
    if (text == name(status)) return status;
  }
  return core::ActorStatus::away;
}

std::string json_array(const std::vector<std::string>& texts) {
  using nlohmann::json;
  return json(texts).dump(-1, ' ', false, json::error_handler_t::replace);
}

/// What somebody edited into something else counts as none.
std::vector<std::string> texts_of(const std::string& json_text) {
  const auto parsed = nlohmann::json::parse(json_text, nullptr, false);
  std::vector<std::string> texts;
  if (!parsed.is_array()) return texts;
  for (const auto& element : parsed) {
    if (element.is_string()) texts.push_back(element.get<std::string>());
  }
  return texts;
}

void bind_time(SQLite::Statement& statement, int index, const std::optional<WallTime>& time) {
  if (time) {
    statement.bind(index, epoch_ms(*time));
  } else {
    statement.bind(index);
  }
}

WallTime read_time(const SQLite::Column& column) { return from_epoch_ms(column.getInt64()); }

std::optional<WallTime> read_optional_time(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return read_time(column);
}

std::uint64_t read_number(const SQLite::Column& column) {
  return static_cast<std::uint64_t>(column.getInt64());
}

}  // namespace

void bind_actor(SQLite::Statement& statement, const core::ActorRow& row) {
  statement.bindNoCopy(1, row.address);
  statement.bind(2, json_array(row.capabilities));
  statement.bindNoCopy(3, row.metadata);
  statement.bindNoCopy(4, row.identity);
  statement.bindNoCopy(5, row.connected_as);
  statement.bindNoCopy(6, row.connection_id);
  statement.bind(7, std::string(name(row.status)));
  bind_time(statement, 8, row.offline_since);
  statement.bind(9, epoch_ms(row.registered_at));
  statement.bind(10, epoch_ms(row.expires_at));
  statement.bind(11, std::int64_t{row.ttl.count()});
  statement.bind(12, stored(row.version));
  statement.bind(13, stored(row.registration));
  statement.bind(14, stored(row.token_counter));
  statement.bind(15, row.renew_on_heartbeat ? 1 : 0);
  statement.bind(16, stored(row.crashes));
  statement.bind(17, row.acks ? 1 : 0);
  statement.bind(18, row.drop_oldest ? 1 : 0);
}

core::ActorRow read_actor(SQLite::Statement& statement) {
  return {
      .address = statement.getColumn(0).getString(),
      .capabilities = texts_of(statement.getColumn(1).getString()),
      .metadata = statement.getColumn(2).getString(),
      .identity = statement.getColumn(3).getString(),
      .connected_as = statement.getColumn(4).getString(),
      .connection_id = statement.getColumn(5).getString(),
      .status = status_of(statement.getColumn(6).getText()),
      .offline_since = read_optional_time(statement.getColumn(7)),
      .registered_at = read_time(statement.getColumn(8)),
      .expires_at = read_time(statement.getColumn(9)),
      .ttl = Millis{statement.getColumn(10).getInt64()},
      .version = read_number(statement.getColumn(11)),
      .registration = read_number(statement.getColumn(12)),
      .token_counter = read_number(statement.getColumn(13)),
      .renew_on_heartbeat = statement.getColumn(14).getInt() != 0,
      .acks = statement.getColumn(16).getInt() != 0,
      .drop_oldest = statement.getColumn(17).getInt() != 0,
      .crashes = read_number(statement.getColumn(15)),
  };
}

void bind_subscription(SQLite::Statement& statement, const core::SubscriptionRow& row) {
  statement.bindNoCopy(1, row.address);
  statement.bindNoCopy(2, row.topic);
  statement.bindNoCopy(3, row.public_id);
  statement.bind(4, row.durable ? 1 : 0);
  statement.bind(5, row.acks ? 1 : 0);
}

core::SubscriptionRow read_subscription(SQLite::Statement& statement) {
  return {statement.getColumn(0).getString(), statement.getColumn(1).getString(),
          statement.getColumn(2).getString(), statement.getColumn(3).getInt() != 0,
          statement.getColumn(4).getInt() != 0};
}

}  // namespace signal_hub::adapters
