#include "core/receipts.hpp"

#include <optional>
#include <utility>

#include "core/answers.hpp"

namespace signal_hub::core {
namespace {

std::optional<DeliveryReceipt> take(State& state, ReceiptId id) {
  auto node = state.receipts.extract(id);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

}  // namespace

ReceiptId await_written(State& state, OpenRequest request, std::string_view target) {
  const ReceiptId id = ++state.last_receipt;
  owe_answer(state, request.reply_to.conn);
  state.receipts.emplace(id, DeliveryReceipt{std::move(request), std::string(target)});
  return id;
}

ReceiptId await_written(State& state, Held held, std::string_view target) {
  const ReceiptId id = ++state.last_receipt;
  state.receipts.emplace(id, DeliveryReceipt{{}, std::string(target), std::move(held)});
  return id;
}

void receipts_written(State& state, const std::vector<ReceiptId>& ids, Now now) {
  for (const ReceiptId id : ids) {
    const auto receipt = take(state, id);
    if (!receipt) continue;
    if (receipt->held) {
      state.journal.append(MessageGone{receipt->held->position}, now.mono);
      continue;
    }
    const OpenRequest& request = receipt->request;
    answer(state, request, wire::DeliveryAck{request.message_id, now.wall, "delivered"}, now);
    paid_answer(state, request.reply_to.conn);
  }
}

void receipts_lost(State& state, const std::vector<ReceiptId>& ids, Now now) {
  for (const ReceiptId id : ids) {
    auto receipt = take(state, id);
    if (!receipt) continue;
    if (receipt->held) {
      state.returned_mail.push_back(std::move(*receipt));
      continue;
    }
    refuse_unknown(state, receipt->request, receipt->target, now);
    paid_answer(state, receipt->request.reply_to.conn);
  }
}

void return_stored(State& state, const Session& session) {
  session.outbox.for_each_receipt([&state](ReceiptId id) {
    const auto found = state.receipts.find(id);
    if (found == state.receipts.end() || !found->second.held) return;
    state.returned_mail.push_back(std::move(found->second));
    state.receipts.erase(found);
  });
}

void receipt_refused(State& state, ReceiptId id, const Error& error, Now now) {
  const auto receipt = take(state, id);
  if (!receipt) return;
  refuse(state, receipt->request, error, now);
  paid_answer(state, receipt->request.reply_to.conn);
}

void owe_answer(State& state, ConnId conn) {
  if (Session* session = state.sessions.find(conn)) ++session->open_answers;
}

void paid_answer(State& state, ConnId conn) {
  Session* session = state.sessions.find(conn);
  if (session == nullptr || session->open_answers == 0) return;
  --session->open_answers;
}

}  // namespace signal_hub::core
