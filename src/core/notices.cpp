#include "core/notices.hpp"

#include <string>
#include <utility>

#include "base/limits.hpp"
#include "core/answers.hpp"
#include "core/loads.hpp"
#include "wire/json_writer.hpp"

namespace signal_hub::core {
namespace {

bool can_hear(const State& state, ConnId conn) {
  const Session* session = state.sessions.find(conn);
  return session != nullptr && !session->closing;
}

/// The connection of the sender: the one it sent from, or whoever holds its address now.
ConnId connection_of(const State& state, const Notice& notice) {
  if (can_hear(state, notice.conn)) return notice.conn;
  const Actor* actor = state.registry.find(state.registry.find_address(notice.sender));
  if (actor != nullptr && actor->online() && can_hear(state, actor->conn)) return actor->conn;
  const auto connected = state.by_identity.find(notice.sender);
  const bool there = connected != state.by_identity.end() && can_hear(state, connected->second);
  return there ? connected->second : ConnId{};
}

Error bad_news(const Notice& notice) {
  std::string details;
  wire::JsonWriter out(details);
  out.begin_object().field("messageId", notice.message_id).field("target", notice.target);
  out.field("reason", notice.reason).end_object();
  return {ErrorCode::dead_lettered,
          "The stored message was not delivered to " + notice.target + ": " + notice.reason + ".",
          {},
          std::move(details)};
}

void tell(State& state, const Notice& notice, ConnId conn, Now now) {
  OpenRequest request;
  request.reply_to.conn = conn;
  request.reply_to.to = notice.sender;
  request.reply_to.correlation_id = notice.message_id;
  request.message_id = notice.message_id;
  if (notice.outcome == dead_lettered) {
    refuse(state, request, bad_news(notice), now);
  } else {
    answer(state, request, wire::DeliveryAck{notice.message_id, notice.at, notice.outcome}, now);
  }
  if (conn != notice.conn) ++state.stats.receipts_fetched;
  const std::uint64_t seq = state.journal.append(ReceiptFetched{notice.position}, now.mono);
  state.told_receipts.add(notice.position, seq, state.journal.durable_seq());
}

Notice notice_of(const StoredMessage& row) {
  return {row.position, row.outcome, row.reason,     row.finished_at.value_or(WallTime{}),
          row.target,   row.sender,  row.message_id, {},
          true};
}

void ask_receipts(State& state, const std::string& sender, std::uint64_t after) {
  state.told_receipts.fetch_begins();
  ask_store(state, LoadRequest::Receipts{sender, limits::receipts_at_once, after},
            ReceiptsLoad{sender});
}

}  // namespace

void log_dead_letter(State& state, const Notice& notice) {
  state.events.push_back({LogEvent::dead_lettered,
                          {{"actorAddress", notice.target},
                           {"messageId", notice.message_id},
                           {"reason", notice.reason}}});
}

Notice notice_of(const Held& held, std::string_view target, std::string_view outcome,
                 std::string_view reason, Now now) {
  Notice notice;
  notice.asked = held.asked;
  notice.position = held.position;
  notice.outcome = outcome;
  notice.reason = reason;
  notice.at = now.wall;
  notice.target = target;
  if (held.letter) {
    notice.sender = held.letter->sender;
    notice.message_id = held.letter->message_id;
    notice.conn = held.letter->sender_conn;
  }
  return notice;
}

void announce(State& state, const Notice& notice, Now now) {
  if (notice.sender.empty()) {
    state.told_receipts.fetch_begins();
    return ask_store(state, LoadRequest::Range{notice.position, notice.position},
                     NoticeLoad{notice});
  }
  const ConnId conn = connection_of(state, notice);
  if (conn.valid()) return tell(state, notice, conn, now);
  if (state.absent_senders.size() < limits::absent_senders) {
    state.absent_senders.insert(notice.sender);
  }
}

void notice_loaded(State& state, Notice notice, const Loaded& loaded, Now now) {
  state.told_receipts.fetch_ends();
  // Too many wait for the store already: its sender hears of it after a restart.
  if (loaded.failed && notice.outcome == dead_lettered) log_dead_letter(state, notice);
  if (loaded.rows.empty()) return;  // or it was taken out by hand
  notice.sender = loaded.rows.front().sender;
  notice.message_id = loaded.rows.front().message_id;
  if (notice.outcome == dead_lettered) log_dead_letter(state, notice);
  const bool told = state.told_receipts.has(notice.position);  // its sender has come back meanwhile
  if (!notice.sender.empty() && notice.asked && !told) announce(state, notice, now);
}

void fetch_receipts(State& state, std::string_view sender) {
  if (state.absent_senders.empty()) return;
  const auto found = state.absent_senders.find(std::string(sender));
  if (found == state.absent_senders.end()) return;
  const std::string name(sender);
  state.absent_senders.erase(found);
  ask_receipts(state, name, 0);
}

void receipts_loaded(State& state, const std::string& sender, const Loaded& loaded, Now now) {
  state.told_receipts.fetch_ends();
  if (loaded.failed) {
    state.absent_senders.insert(sender);
    return;
  }
  for (const StoredMessage& row : loaded.rows) {
    if (!state.told_receipts.has(row.position)) announce(state, notice_of(row), now);
  }
  const bool absent_again = state.absent_senders.contains(sender);
  if (loaded.rows.size() < limits::receipts_at_once || absent_again) return;
  ask_receipts(state, sender, loaded.rows.back().position);
}

}  // namespace signal_hub::core
